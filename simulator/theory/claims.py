"""What has a claim on the stock position before a unit asked for now: the demand model behind `targets`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from simulator.theory.count import Count, Floats, Value
from simulator.theory.packs import Packs
from simulator.theory.undershoot import Undershoot


@dataclass(frozen=True, slots=True)
class Demand:
    """Demand for one SKU at one site."""

    lines: float
    """order lines per hour"""
    units: float
    """mean units per line, 1 or more"""
    units_sd: float
    """standard deviation of units per line"""
    variance: float
    """variance of units demanded per hour, over-dispersion included"""

    @property
    def mean(self) -> float:
        """Units per hour."""
        return self.lines * self.units

    @property
    def in_packs(self) -> bool:
        """Whether every line asks for the same number of units, two or more."""
        return self.units_sd == 0 and self.units > 1 and self.units == round(self.units)

    @classmethod
    def poisson(cls, lines: float, units: float = 1.0, units_sd: float = 0.0) -> "Demand":
        """Lines that arrive as a Poisson process: variance = lines x mean square of units.

        >>> Demand.poisson(lines=2, units=3, units_sd=1).variance
        20
        """
        return cls(lines, units, units_sd, lines * (units * units + units_sd * units_sd))


@dataclass(frozen=True, slots=True)
class LeadTime:
    """Time from placing a replenishment order to its receipt, in hours."""

    mean: float
    sd: float = 0.0


def check(demand: Demand, lead_time: LeadTime, review: float) -> None:
    """Refuse what no shop has: negative demand, times or spreads, lines of less than one unit.

    >>> check(Demand(lines=1, units=0.5, units_sd=0, variance=1), LeadTime(2), review=0)
    Traceback (most recent call last):
    ValueError: a line asks for one unit or more; found a mean of 0.5
    """
    if not min(demand.lines, demand.units_sd, demand.variance, lead_time.mean, lead_time.sd, review) >= 0:
        raise ValueError(f"demand, times and spreads are not negative; found {demand}, {lead_time}, review {review}")
    if demand.lines > 0 and not demand.units >= 1 - 1e-9:
        raise ValueError(f"a line asks for one unit or more; found a mean of {demand.units}")


def claims(demand: Demand, lead_time: LeadTime, own: Undershoot, times: Sequence[float] = (0.0,)) -> Count:
    """Units claimed by lead time and each of some `times` after it, in hours, with those of the asker's `own` line.

    >>> claims(Demand.poisson(lines=4), LeadTime(3), own=Undershoot(0, 0)).mean
    12.0
    """
    mean, variance, late = demand.mean, demand.variance, (demand.mean * lead_time.sd) ** 2
    spans = [lead_time.mean + time for time in times]
    return Count.together([Count.fit(mean * span + own.mean, variance * span + late + own.sd**2) for span in spans])


def claims_in_packs(demand: Demand, lead_time: LeadTime, spread: int, times: Sequence[float] = (0.0,)) -> Packs:
    """The same where every line asks for equally many units: see `Packs` for what `spread` says of the asker's line.

    >>> claims_in_packs(Demand.poisson(lines=4, units=6), LeadTime(3), spread=1).mean
    77.0
    """
    by_line = Demand(demand.lines, 1.0, 0.0, demand.variance / demand.units**2)
    return Packs(claims(by_line, lead_time, burst(by_line), times), round(demand.units), spread)


def burst(demand: Demand) -> Undershoot:
    """Units that other lines of the same burst ask for ahead of one line (or, by symmetry, after it): mean and sd.

    A variance above the Poisson's says that lines come in bursts, and then whoever asks finds others
    just ahead: (I - 1) / 2 lines where I is the lines' ratio of variance to mean, spread as in bursts
    of geometric size. None where lines come as a Poisson process or more evenly.

    Source: Cox & Isham, Point Processes (1980), chapter 2, on the intensity seen from a point.

    >>> burst(Demand(lines=2, units=3, units_sd=0, variance=54)).mean  # three times the Poisson's 18
    3.0
    """
    if demand.lines == 0:
        return Undershoot(0.0, 0.0)
    index = (demand.variance / demand.lines - demand.units_sd**2) / demand.units**2
    ahead = max((index - 1) / 2, 0.0) if index > 1 + 1e-9 else 0.0
    variance = ahead * demand.units_sd**2 + ahead * (ahead + 1) * demand.units**2
    return Undershoot(ahead * demand.units, math.sqrt(variance))


def step_down(demand: Demand, review: float) -> Undershoot:
    """Units by which the position falls between two looks at it, given that it falls: mean and sd.

    With a look after every line (`review` 0 hours) it is a line's units; else the demand of a review
    period, as if lines came as a Poisson process.

    >>> step_down(Demand.poisson(lines=2, units=3, units_sd=1), review=0)
    Undershoot(mean=3, sd=1)
    """
    if review == 0:
        return Undershoot(demand.units, demand.units_sd)
    some = -math.expm1(-demand.lines * review)
    mean = demand.mean * review / some
    square = (demand.variance * review + (demand.mean * review) ** 2) / some
    return Undershoot(mean, math.sqrt(max(square - mean * mean, 0.0)))


def spans(demand: Demand, lead_time: LeadTime, review: float) -> tuple[list[float], Value]:
    """Hours since the last look at the stock, from 0 to `review`, and their weights.

    Gauss-Legendre points, more of them where demand is steadier and the change from plenty to
    shortage within a review period is sharper.
    """
    if review == 0:
        return [0.0], 1.0
    time = lead_time.mean + review
    sd = math.sqrt(demand.variance * time + (demand.mean * lead_time.sd) ** 2)
    steadiness = demand.mean * review / sd if sd > 0 else math.inf
    points, weights = _quadrature(8 if steadiness < 4 else 16 if steadiness < 10 else 64)
    return [review * point for point in points], weights


@cache
def _quadrature(points: int) -> tuple[list[float], Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(points)
    return ((nodes + 1) / 2).tolist(), weights / 2
