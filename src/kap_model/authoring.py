"""What a practice needs to write a rule of its own.

A rule is a function from a :class:`Course` and the :class:`Limits` in force to a list of
:class:`Breach`, under the decorator :func:`rule`. It reads no clock and no other rule's result, and
makes no text: each breach names a function that makes :class:`Words` when somebody reads them.
"""

from kap_model._time import DayEdge, day_end, day_start
from kap_model.course import Course
from kap_model.limits import Limits
from kap_model.rules._rule import Breach, Case, Example, Rule, Voice, Words, count, rule, sentence

__all__ = [
    "Breach",
    "Case",
    "Course",
    "DayEdge",
    "Example",
    "Limits",
    "Rule",
    "Voice",
    "Words",
    "count",
    "day_end",
    "day_start",
    "rule",
    "sentence",
]
