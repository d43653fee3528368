"""Who gets the next unit when several lines want it."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from simulator.policies.family import OneOf, Rule
from simulator.policies.views import LineView


class AllocationRule(Rule):
    """Decides in which order waiting lines are served, and what is kept from whom.

    It is asked when a line comes to the shelf, and the order it gives holds for as long as the line waits. A new
    line is served ahead of the waiting ones only if it ranks before all of them.
    """

    shares_out: ClassVar[bool] = False
    """Whether a receipt is shared out among all that wait, instead of going to one after the other."""

    def rank(self, line: LineView) -> float:
        """Waiting lines are served by rising rank, equals in the order in which they came."""
        return 0.0

    def keeps(self, priority: int, daily_demand: float) -> float:
        """Units on the shelf that lines of this priority may not touch; daily demand of the SKU in units."""
        return 0.0

    def shares(self, units: float, wanted: Sequence[float]) -> list[float]:
        """What each waiting line gets of a receipt, for a rule that shares out. All in units."""
        raise NotImplementedError


Allocation = Annotated[AllocationRule, OneOf()]
