"""The company's own record of order cycle times, as promise rules look at it."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence

from simulator.policies.views import quantile


class Recent:
    """The last so many cycle times, in hours."""

    def __init__(self, most: int) -> None:
        self._order: deque[float] = deque(maxlen=most)
        self.rising: list[float] = []

    def add(self, cycle: float) -> None:
        """One more; the oldest is forgotten when there are too many."""
        if len(self._order) == self._order.maxlen:
            del self.rising[bisect_left(self.rising, self._order[0])]
        self._order.append(cycle)
        insort(self.rising, cycle)


class CycleRecord:
    """Cycle times of orders delivered completely, by the slices that somebody has asked for."""

    def __init__(self) -> None:
        self._kept: dict[tuple[tuple[str, ...], int], dict[tuple[str, ...], Recent]] = {}
        self.asked = False
        """Whether anybody has ever asked: else nothing need be kept."""

    def add(self, cycle: float, **labels: str) -> None:
        """An order was delivered completely; the labels are its segment, channel and site."""
        for (by, most), slices in self._kept.items():
            key = tuple(labels[dimension] for dimension in by)
            if key not in slices:
                slices[key] = Recent(most)
            slices[key].add(cycle)

    def quantile(self, share: float, most: int, by: Sequence[str], labels: dict[str, str]) -> float | None:
        """The time that this share of the last orders kept to; None while a tenth of so many is not there."""
        self.asked = True
        slices = self._kept.setdefault((tuple(by), most), {})
        recent = slices.get(tuple(labels[dimension] for dimension in by))
        return quantile(recent.rising, share) if recent is not None and len(recent.rising) * 10 >= most else None
