"""What a difference means: better, worse, not worth mentioning, or not known yet and how much more it would take."""

import math
from dataclasses import dataclass
from typing import Literal

from simulator.experiments.intervals import Interval, student
from simulator.kpis.kpi import Better

Verdict = Literal["better", "worse", "higher", "lower", "no difference", "undecided"]
POINTS = 0.005
"""Of a share: half a percentage point."""
OF_SHARE = 0.1
"""Of a share, or of what it lacks of 1."""
RELATIVE = 0.01
"""Of the base's value, for what is no share."""
CAP = 10_000
"""Further replications that are said to be needed, at the most."""


def usual_worth(base: float, unit: str) -> float:
    """The smallest difference worth mentioning where nobody says: 1 % of the base's value.

    For a share half a percentage point, but no more than a tenth of the share, or of what it lacks of 100 %.

    >>> usual_worth(1200.0, "money per week"), usual_worth(0.7, "share of orders"), usual_worth(0.004, "share of units")
    (12.0, 0.005, 0.0004)
    """
    if not math.isfinite(base):
        return 0.0
    if not unit.startswith("share"):
        return RELATIVE * abs(base)
    return min(POINTS, OF_SHARE * min(base, 1 - base)) if 0 <= base <= 1 else POINTS


def verdict(found: Interval, worth: float, better: Better) -> Verdict:
    """What the interval of a difference says.

    No difference: it lies within +- `worth`, ends included. Better or worse (higher or lower for KPIs of which
    neither is better): it lies on one side of 0. Else undecided.

    >>> verdict(Interval(3.0, 1.0, 5.0, "t", 20), worth=1.0, better="lower")
    'worse'
    """
    if not (math.isfinite(found.low) and math.isfinite(found.high)):
        return "undecided"
    if -worth <= found.low and found.high <= worth:
        return "no difference"
    if found.low <= 0 <= found.high:
        return "undecided"
    higher = found.low > 0
    if better == "neither":
        return "higher" if higher else "lower"
    return "better" if higher == (better == "higher") else "worse"


def more_needed(found: Interval, worth: float, confidence: float, freedom: float) -> int | None:
    """About how many more replications would decide, if estimate and spread stayed as they are.

    The interval would be as narrow as leaves 0, or fits into +- `worth`, whichever comes first. None for more than
    10,000, or if nothing can be said. `freedom` is of the interval as it is; infinite for order statistics.
    """
    half, count = (found.high - found.low) / 2, found.replications
    goal = max(abs(found.point), worth - abs(found.point))
    if not math.isfinite(half) or not goal > 0 or count < 2:
        return None

    def width(more: int) -> float:
        later = freedom * (count + more - 1) / (count - 1)
        return half * math.sqrt(count / (count + more)) * student(confidence, later) / student(confidence, freedom)

    if width(CAP) > goal:
        return None
    low, high = 0, CAP
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if width(middle) <= goal else (middle, high)
    return high


@dataclass(frozen=True)
class Difference:
    """One KPI of one alternative, of the whole or of one slice, less that of the base."""

    kpi: str
    alternative: str
    dimension: str
    label: str
    unit: str
    better: Better
    base: float
    value: float
    """The alternative's."""
    mean: float
    """The difference, as estimated; of percentiles the median of the differences."""
    low: float
    high: float
    """Its interval, which holds together with all others of the table."""
    method: str
    """What the interval is: "paired t", "Welch", "order statistics"."""
    replications: int
    worth: float
    """The smallest difference worth mentioning."""
    verdict: Verdict
    more: int | None
    """About how many more replications would decide; None if it is decided, or if that would take over 10,000."""
    saved: float
    """How many times more replications independent runs would need; nan where nothing varies."""

    @property
    def by(self) -> dict[str, str]:
        """The slice as {dimension: label}; empty for the whole."""
        return {self.dimension: self.label} if self.dimension else {}

    @property
    def same(self) -> bool:
        """Whether it is the same in every replication."""
        return self.low == self.high == 0

    @property
    def says(self) -> str:
        """The verdict in words."""
        if self.verdict == "no difference":
            return "the same in every replication" if self.same else "no difference worth mentioning"
        if self.verdict != "undecided":
            return self.verdict
        if not math.isfinite(self.high - self.low):
            return "undecided: too few replications have a value"
        return f"undecided: about {self.more:,} more replications needed" if self.more is not None else (
            f"undecided: over {CAP:,} more replications needed")  # fmt: skip
