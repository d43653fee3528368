"""Rationing: the last units are kept for those who matter most."""

import math
from typing import Annotated, Literal

from pydantic import Field, model_validator

from simulator.policies.allocation.priority import Priority
from simulator.units import Hours, Units

Urgency = Annotated[int, Field(ge=1)]


class CriticalLevel(Priority):
    """Rationing: a priority is served only from the stock above its critical level; who waits is served by priority.

    Levels nest: the level of priority 2 holds for 3 too unless that has a higher one of its own. A level in units
    suits one SKU; `cover` gives it as a time of the SKU's own mean demand, rounded up to whole units. With both, the
    higher one holds.

    ```yaml
    rule: critical_level
    levels: {2: 5, 3: 12}
    ```

    >>> rule = CriticalLevel(levels={2: 5}, cover={2: "2 days", 3: "1 week"})
    >>> [rule.keeps(priority, daily_demand=4.0) for priority in (1, 2, 3)]
    [0.0, 8.0, 28.0]
    """

    rule: Literal["critical_level"] = "critical_level"  # type: ignore[assignment]
    levels: dict[Urgency, Units] = {}
    """Units kept from each priority, and from those after it."""
    cover: dict[Urgency, Hours] = {}
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
        return max(units, float(math.ceil(time * daily_demand / 24 - 1e-9)))
