"""The smallest quantity of a product: what counts as one, so that sums of fractions are as exact as whole numbers."""

import math
from collections.abc import Iterable
from fractions import Fraction
from functools import cache

import numpy as np

DECIMALS = 6
"""A smallest quantity has no more decimals than this."""
NEAR = 0.5 * 10.0**-DECIMALS
"""What is less than this off in an order history is a rounding."""
MOST = 2**52
"""So many of the smallest quantity, and no more, are counted exactly."""


class UnitStep:
    """The smallest quantity of a product, in units; whatever there is of the product is a whole number of it.

    Of all numbers that stand for so many of it, a rounding apart, `exact` gives always the same: the one that is
    written. What is drawn, added up or subtracted goes through here, so that ten tenths are one and leave nothing.

    >>> tenth = UnitStep(0.1)
    >>> 0.3 - 0.1 == 0.2, tenth.exact(0.3 - 0.1) == 0.2
    (False, True)
    """

    __slots__ = ("_size", "_whole", "size")

    def __init__(self, size: float) -> None:
        self.size = size
        fraction = Fraction(repr(float(size)))
        self._size, self._whole = float(fraction.numerator), float(fraction.denominator)

    def count(self, units: float) -> int:
        """How many of it some units are, to the nearest.

        >>> UnitStep(0.1).count(0.7 + 0.1)
        8
        """
        return round(units * self._whole / self._size)

    def counts(self, units: np.ndarray) -> np.ndarray:
        """How many of it many quantities are, each to the nearest."""
        counts: np.ndarray = np.rint(units if self is ONE else units * self._whole / self._size)
        return counts

    def exact(self, units: float) -> float:
        """Units to the nearest quantity that there can be."""
        return round(units * self._whole / self._size) * self._size / self._whole

    def of(self, count: float) -> float:
        """Units of so many of it.

        >>> UnitStep(0.1).of(3)
        0.3
        """
        return count * self._size / self._whole

    def up(self, units: float) -> float:
        """Units that were worked out, rounded up to a quantity that there can be.

        >>> UnitStep(0.25).up(1.1), UnitStep(1.0).up(2.0000000000001)
        (1.25, 2.0)
        """
        return math.ceil(units * self._whole / self._size - 1e-9) * self._size / self._whole

    def multiples(self, units: float, lot: float) -> int:
        """How many whole lots some units hold.

        >>> UnitStep(0.1).multiples(0.3, 0.1), UnitStep(0.1).multiples(0.29, 0.2)
        (3, 1)
        """
        return int(units // lot) if self is ONE else self.count(units) // self.count(lot)

    def holds(self, units: float) -> bool:
        """Whether some units, as they are written, are a whole number of it that can be counted.

        >>> UnitStep(0.1).holds(0.7), UnitStep(0.25).holds(0.7)
        (True, False)
        """
        return abs(units * self._whole) <= MOST and self.exact(units) == units

    def __repr__(self) -> str:
        return f"UnitStep({self.size:g})"


ONE = UnitStep(1.0)
"""The smallest quantity of what is sold by the piece."""


@cache
def step_of(size: float) -> UnitStep:
    """The step of a size, one for all products that have it."""
    return ONE if size == 1 else UnitStep(size)


class UnitSteps:
    """The smallest quantities of several products, by their places, for many quantities at once."""

    def __init__(self, sizes: Iterable[float]) -> None:
        self._all = [step_of(size) for size in sizes]
        self._size = np.array([step._size for step in self._all])
        self._whole = np.array([step._whole for step in self._all])
        self.pieces = all(step is ONE for step in self._all)
        """Whether all of them are sold by the piece."""

    def __getitem__(self, place: int) -> UnitStep:
        return self._all[place]

    def __len__(self) -> int:
        return len(self._all)

    def counts(self, units: np.ndarray, places: np.ndarray) -> np.ndarray:
        """How many smallest quantities some units of products are, to the nearest."""
        counts: np.ndarray = np.rint(units if self.pieces else units * self._whole[places] / self._size[places])
        return counts

    def exact(self, units: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Units of products, by their places, each to the nearest quantity that there can be.

        >>> UnitSteps([1.0, 0.1]).exact(np.array([2.6, 0.1 + 0.2]), np.array([0, 1])).tolist()
        [3.0, 0.3]
        """
        counts = self.counts(units, places)
        return counts if self.pieces else counts * self._size[places] / self._whole[places]
