"""Demand where every line asks for the same number of units: counted by the line, it stays a staircase."""

from collections.abc import Iterator
from typing import NamedTuple

from simulator.theory.count import Count, Value


class Packs(NamedTuple):
    """Units claimed by a count of lines of equal size, and by part of one line more.

    The part is evenly one of the `spread` largest numbers below `size`: all of 0 ... size - 1 for the
    units ahead of one unit in its line, only size - 1 for those ahead of the line's last.
    """

    lines: Count
    size: int
    spread: int

    @property
    def mean(self) -> Value:
        """Units."""
        return self.lines.mean * self.size + self.size - (self.spread + 1) / 2

    def exceeds(self, level: int) -> Value:
        """P(units > level).

        >>> dozens = Packs(Count.fit(mean=1, variance=1), size=12, spread=1)  # 11, 23, 35, ... units
        >>> [round(float(dozens.exceeds(level)), 4) for level in (10, 11, 22, 23)]
        [1.0, 0.6321, 0.6321, 0.2642]
        """
        total: Value = 0.0
        for lines, share, _ in self._steps(level):
            total = total + share * self.lines.exceeds(lines)
        return total

    def excess(self, level: int) -> Value:
        """Units by which they are expected to exceed a level.

        >>> dozens = Packs(Count.fit(mean=1, variance=1), size=12, spread=12)
        >>> float(dozens.excess(0)), round(float(dozens.excess(12)), 4)
        (17.5, 7.8912)
        """
        total: Value = 0.0
        for lines, share, left in self._steps(level):
            over = self.size * self.lines.mean * self.lines.exceeds(lines - 1, step=1) - left * self.lines.exceeds(
                lines
            )
            total = total + share * over
        return total

    def _steps(self, level: int) -> Iterator[tuple[int, float, float]]:
        """Whole lines that the level covers beside a part, the share of such parts, and their mean units left over."""
        first = level - self.size + 1
        last = first + self.spread - 1
        lines = last // self.size
        split = max(first, lines * self.size)
        yield lines, (last - split + 1) / self.spread, (split + last) / 2
        if split > first:
            yield lines - 1, (split - first) / self.spread, (first + split - 1) / 2
