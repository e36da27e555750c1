"""Planning: drafts, next steps, completions, repairs, and protocols themselves."""

from kap_model.planning.completions.completing import complete
from kap_model.planning.completions.completions import Completion
from kap_model.planning.drafts.drafting import draft
from kap_model.planning.protocols.differences import Difference, LimitChange, SeverityChange, diff
from kap_model.planning.protocols.linting import lint
from kap_model.planning.protocols.lints import LimitAtOdds, Lint, Remark, Silent, Stretch
from kap_model.planning.repairs.repairing import repair
from kap_model.planning.repairs.repairs import Change, Repair
from kap_model.planning.steps.moves import Move, allowed
from kap_model.planning.steps.stepping import next_steps
from kap_model.planning.steps.steps import NextSteps, Step
from kap_model.slots import OpenSlot

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
