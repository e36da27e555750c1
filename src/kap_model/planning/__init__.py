"""Planning: drafts, next steps, completions, repairs, and protocols themselves."""

from kap_model.planning.completion import complete
from kap_model.planning.completions import Completion
from kap_model.planning.differences import Difference, LimitChange, SeverityChange, diff
from kap_model.planning.drafting import draft
from kap_model.planning.linting import lint
from kap_model.planning.lints import LimitAtOdds, Lint, Remark, Silent, Stretch
from kap_model.planning.moves import Move, allowed
from kap_model.planning.repairing import repair
from kap_model.planning.repairs import Change, Repair
from kap_model.planning.slots import OpenSlot
from kap_model.planning.stepping import next_steps
from kap_model.planning.steps import NextSteps, Step

__all__ = [
    "Change",
    "Completion",
    "Difference",
    "LimitAtOdds",
    "LimitChange",
    "Lint",
    "Move",
    "NextSteps",
    "OpenSlot",
    "Remark",
    "Repair",
    "SeverityChange",
    "Silent",
    "Step",
    "Stretch",
    "allowed",
    "complete",
    "diff",
    "draft",
    "lint",
    "next_steps",
    "repair",
]
