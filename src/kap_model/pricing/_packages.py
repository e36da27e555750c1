"""Which sessions fall inside which package: the first ones by date."""

from __future__ import annotations

from collections.abc import Iterable

from kap_model.fees.charges import Package
from kap_model.plan import Plan


class _Room:
    """The places that are left in a package."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.left = dict(package.counts)
        self.left_together = [group.count for group in package.together]

    def take(self, kind: str) -> bool:
        """Whether there was a place for a session of a kind; it is taken."""
        if self.left.get(kind, 0):
            self.left[kind] -= 1
            return True
        for place, group in enumerate(self.package.together):
            if self.left_together[place] and kind in group.kinds:
                self.left_together[place] -= 1
                return True
        return False


def packages_by_session(plan: Plan, packages: Iterable[Package]) -> dict[str, Package]:
    """The package of each counting session that falls inside one, by the session's id."""
    rooms = [_Room(package) for package in packages]
    inside = {}
    for session in plan.timeline.counting:
        for room in rooms:
            if room.take(session.kind):
                inside[session.id] = room.package
                break
    return inside
