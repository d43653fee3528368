"""Who gets the next unit when several lines want it."""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator

from simulator.model import AnyOrder
from simulator.rules.family import OneOf, Rule
from simulator.rules.views import LineView
from simulator.units import Hours, Units


class AllocationRule(Rule):
    """Decides in which order waiting lines are served, and what is kept from whom.

    It is asked when a line comes to the shelf, and the order it gives holds for as long as the line waits. A new
    line is served ahead of the waiting ones only if it ranks before all of them.
    """

    ranks: ClassVar[bool] = False
    """Whether some lines come before others that waited longer: so it is where a rule defines `rank`."""
    keeps_stock: ClassVar[bool] = False
    """Whether some stock may be kept from some lines: so it is where a rule defines `keeps`."""
    shares_out: ClassVar[bool] = False
    """Whether a receipt is shared out among all that wait, instead of going to one after the other."""

    @classmethod
    def __pydantic_init_subclass__(cls, **given: Any) -> None:
        """Note what the rule decides, so that it is asked for nothing else."""
        super().__pydantic_init_subclass__(**given)
        cls.ranks = cls.rank is not AllocationRule.rank
        cls.keeps_stock = cls.keeps is not AllocationRule.keeps

    def rank(self, line: LineView) -> float:
        """Waiting lines are served by rising rank, equals in the order in which they came."""
        return 0.0

    def keeps(self, priority: int, daily_demand: float) -> float:
        """Units on the shelf that lines of this priority may not touch; daily demand of the SKU in units."""
        return 0.0

    def shares(self, units: float, wanted: Sequence[float]) -> list[float]:
        """What each waiting line gets of a receipt, for a rule that shares out. All are whole numbers: of units, or of
        the smallest quantity of the SKU where that is less."""
        raise NotImplementedError


Allocation = Annotated[AllocationRule, OneOf()]


Urgency = Annotated[int, Field(ge=1)]


class Priority(AllocationRule):
    """By priority (1 before 2), equals first come, first served; nothing is kept for those who may yet come.

    ```yaml
    rule: priority
    ```

    >>> Priority().rank(LineView(units=3, priority=2))
    2.0
    """

    rule: Literal["priority"] = "priority"

    def rank(self, line: LineView) -> float:
        return float(line.priority)


class CriticalLevel(Priority):
    """Rationing: a priority is served only from the stock above its critical level; who waits is served by priority.

    Levels nest: the level of priority 2 holds for 3 too unless that has a higher one of its own. A level in units
    suits one SKU; `cover` gives it as a time of the SKU's own mean demand. With both, the higher one holds. What is not
    a whole number of units, or of the smallest quantity of the SKU, is rounded up.

    ```yaml
    rule: critical_level
    levels: {2: 5, 3: 12}
    ```

    >>> rule = CriticalLevel(levels={2: 5}, cover={2: "2 days", 3: "1 week"})
    >>> [rule.keeps(priority, daily_demand=4.0) for priority in (1, 2, 3)]
    [0.0, 8.0, 28.0]
    """

    rule: Literal["critical_level"] = "critical_level"  # type: ignore[assignment]
    levels: Annotated[dict[Urgency, Units], AnyOrder()] = {}
    """Units kept from each priority, and from those after it."""
    cover: Annotated[dict[Urgency, Hours], AnyOrder()] = {}
    """The same as a time of mean demand."""

    @model_validator(mode="after")
    def _check(self) -> "CriticalLevel":
        if not self.levels and not self.cover:
            raise ValueError("give levels (units) or cover (times of mean demand) by priority")
        for name, given in (("levels", self.levels), ("cover", self.cover)):
            kept = [given[priority] for priority in sorted(given)]
            if kept != sorted(kept):
                raise ValueError(f"{name}: a later priority may not have the lower level; found {given}")
        return self

    def keeps(self, priority: int, daily_demand: float) -> float:
        units = max((kept for first, kept in self.levels.items() if first <= priority), default=0.0)
        time = max((kept for first, kept in self.cover.items() if first <= priority), default=0.0)
        return max(units, time * daily_demand / 24)


class DueDate(AllocationRule):
    """By the date first promised, the earliest before the later; lines without a promise come last.

    ```yaml
    rule: due_date
    ```

    >>> DueDate().rank(LineView(units=3, due=120.0))
    120.0
    """

    rule: Literal["due_date"] = "due_date"

    def rank(self, line: LineView) -> float:
        return line.due


class FairShare(AllocationRule):
    """A receipt is shared out in proportion to what each line waits for, in whole units or smallest quantities.

    What rounding leaves goes one each to those whose share was cut most. Lines that ship only whole keep
    first come, first served.

    ```yaml
    rule: fair_share
    ```

    >>> FairShare().shares(7, [10, 4, 1])
    [5.0, 2.0, 0.0]
    >>> FairShare().shares(20, [10, 4, 1])
    [10.0, 4.0, 1.0]
    """

    rule: Literal["fair_share"] = "fair_share"
    shares_out: ClassVar[bool] = True

    def shares(self, units: float, wanted: Sequence[float]) -> list[float]:
        total = sum(wanted)
        if units >= total:
            return [float(each) for each in wanted]
        exact = [units * each / total for each in wanted]
        given = [float(units * each // total) for each in wanted]
        left = units - sum(given)
        for place in sorted(range(len(wanted)), key=lambda place: given[place] - exact[place]):
            if left < 1:
                break
            given[place] += 1.0
            left -= 1.0
        return given


class FirstCome(AllocationRule):
    """First come, first served, by the time the line asked for stock; nobody is overtaken.

    ```yaml
    rule: first_come
    ```

    >>> FirstCome().rule
    'first_come'
    """

    rule: Literal["first_come"] = "first_come"


class Margin(AllocationRule):
    """By margin of a unit (price less cost), the highest first.

    ```yaml
    rule: margin
    ```

    >>> Margin().rank(LineView(units=3, margin=2.5))
    -2.5
    """

    rule: Literal["margin"] = "margin"

    def rank(self, line: LineView) -> float:
        return -line.margin


class SmallestFirst(AllocationRule):
    """By the units that the line waits for, the fewest first: more lines are cleared, the large ones wait longer.

    ```yaml
    rule: smallest_first
    ```

    >>> SmallestFirst().rank(LineView(units=3.0))
    3.0
    """

    rule: Literal["smallest_first"] = "smallest_first"

    def rank(self, line: LineView) -> float:
        return line.units
