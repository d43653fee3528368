"""The cost of service: what one more point of service costs, which points are worth having, which is cheapest.

Points are compared pair by pair under the same random numbers. The verdicts on dominance and on the optimum hold
together with the stated confidence: their intervals are Bonferroni's over all pairs.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from simulator.experiments.differences import common
from simulator.experiments.intervals import CONFIDENCE, Interval, fieller, interval, mean_interval, student
from simulator.experiments.ranges import DesignError
from simulator.experiments.sweep import Point, Sweep
from simulator.replication.measure import catalogue
from simulator.scenario.scenario import Scenario
from simulator.textbook.newsvendor import critical_ratio

COST = "total_cost"
Verdict = Literal["efficient", "dominated", "undecided", "unstable"]


class Step(NamedTuple):
    """From one point to its neighbour with better service."""

    low: Point
    high: Point
    service: float
    """What is gained: points of a share, else in the KPI's unit."""
    cost: Interval
    """What it costs, paired."""
    per_point: Interval
    """Cost by service gained; ends are nan where it is not sure that service rises."""


class Reached(NamedTuple):
    """What a level of service costs, between the two points beside it."""

    low: Point
    high: Point
    share: float
    """Of the way from the one to the other."""
    cost: Interval


class Optimum(NamedTuple):
    """The cheapest point, and those that may be as cheap."""

    best: Point
    cost: Interval
    service: Interval
    candidates: list[Point]
    """Among them is the cheapest of all points, with the stated confidence."""


@dataclass(frozen=True)
class CostOfService:
    """Service against cost at the points of a sweep, for the whole or one slice.

    Errors: DesignError for fewer than two points or replications, and for a KPI without direction.
    """

    sweep: Sweep
    service: str
    dimension: str = ""
    label: str = ""
    cost: str = COST
    confidence: float = CONFIDENCE

    def __post_init__(self) -> None:
        self.sweep.check([self.service, self.cost], [self.dimension] if self.dimension else [])
        if catalogue()[self.service].better == "neither":
            raise DesignError(f"{self.service}: neither more nor less of it is better service")
        if len(self.points) < 2 or self.sweep.replications < 2:
            raise DesignError("the cost of service takes two points that settle, and two replications, at least")

    @cached_property
    def points(self) -> list[Point]:
        """The points that settle, in the order of rising service: only they are compared."""
        return [point for point in self.shown if not point.unstable]

    @cached_property
    def shown(self) -> list[Point]:
        """All points that have a value, in the order of rising service."""
        means = {point.number: self._sign * self.estimate(point, self.service).point for point in self.sweep.points}
        known = [point for point in self.sweep.points if math.isfinite(means[point.number])]
        return sorted(known, key=lambda point: means[point.number])

    @property
    def _sign(self) -> int:
        return 1 if catalogue()[self.service].better == "higher" else -1

    @property
    def scale(self) -> float:
        """Points of service in one unit of the KPI: 100 for shares."""
        return 100.0 if catalogue()[self.service].unit.startswith("share") else 1.0

    def estimate(self, point: Point, kpi: str) -> Interval:
        """A KPI at a point."""
        return interval(point.result.sample(kpi, self.dimension, self.label), self.confidence)

    @cached_property
    def _paired(self) -> tuple[np.ndarray, np.ndarray]:
        """Service and cost: points x replications that all have, the better service the higher number."""
        numbers = [point.result.numbers for point in self.points]
        service, cost = (
            np.array(
                [
                    sample.linear()
                    for sample in common(
                        [point.result.sample(kpi, self.dimension, self.label) for point in self.points], numbers
                    )
                ]
            )
            for kpi in (self.service, self.cost)
        )
        known = np.isfinite(service).all(axis=0) & np.isfinite(cost).all(axis=0)
        if known.sum() < 2:
            raise DesignError(f"too few replications have {self.service} at every point")
        return self._sign * service[:, known], cost[:, known]

    @property
    def frontier(self) -> list[Point]:
        """The points that no other beats: with as much service for less cost. In the order of rising service."""
        service, cost = (values.mean(axis=1).tolist() for values in self._paired)
        kept: list[Point] = []
        lowest = math.inf
        for place in sorted(range(len(self.points)), key=lambda each: (-service[each], cost[each])):
            if cost[place] < lowest:
                kept.append(self.points[place])
                lowest = cost[place]
        return kept[::-1]

    def steps(self) -> list[Step]:
        """From point to point the cost of one more point of service: the marginal cost curve.

        Along one path it leads through all points; where several paths were varied, along the frontier.
        """
        service, cost = self._paired
        found = []
        way = [self.points.index(each) for each in (self.points if len(self.sweep.paths) == 1 else self.frontier)]
        for low, high in pairwise(way):
            gained, added = self.scale * (service[high] - service[low]), cost[high] - cost[low]
            paid, price = mean_interval(added, self.confidence), fieller(added, gained, self.confidence)
            found.append(Step(self.points[low], self.points[high], float(gained.mean()), paid, price))
        return found

    @cached_property
    def _differences(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Ends of the intervals of service and cost of point j less point i, all of them together."""
        service, cost = self._paired
        pairs = len(service) * (len(service) - 1)  # half as many pairs of points, two KPIs
        times = student(1 - (1 - self.confidence) / pairs, service.shape[1] - 1) / math.sqrt(service.shape[1])
        ends = []
        for values in (service, cost):
            means = values.mean(axis=1)
            spread = np.array([(values - each).std(axis=1, ddof=1) for each in values])
            difference = means[None, :] - means[:, None]
            ends += [difference - times * spread, difference + times * spread]
        return ends[0], ends[1], ends[2], ends[3]

    def verdict(self, point: Point) -> tuple[Verdict, Point | None]:
        """Whether another point has at least its service for less cost, and which: the cheapest of them.

        "efficient" and "dominated" are sure; "undecided" is what the replications cannot tell. What is measured at a
        point that never settles depends on the length of the run: it is "unstable", and no other is held against it.
        """
        if point.unstable:
            return "unstable", None
        more_low, more_high, dear_low, dear_high = self._differences
        place = self.points.index(point)
        better = (dear_high[place] < 0) & (more_low[place] >= 0)
        if better.any():
            cheapest = min(np.flatnonzero(better), key=lambda each: float(self._paired[1][each].mean()))
            return "dominated", self.points[cheapest]
        no_better = (dear_low[place] >= 0) | (more_high[place] < 0)
        no_better[place] = True
        return ("efficient" if no_better.all() else "undecided"), None

    def optimum(self) -> Optimum:
        """The point with the lowest cost of those that settle, and every point that may be it."""
        _, _, _, dear_high = self._differences
        cost = self._paired[1].mean(axis=1)
        best = self.points[int(np.argmin(cost))]
        candidates = [point for place, point in enumerate(self.points) if not (dear_high[place] < 0).any()]
        return Optimum(best, self.estimate(best, self.cost), self.estimate(best, self.service), candidates)

    def reach(self, level: float) -> Reached | None:
        """What a level of service costs, on the straight line between the two points beside it; None outside them.

        The interval also allows for what is uncertain in the service of the two points.
        """
        service, cost = self._paired
        means, wanted = service.mean(axis=1), self._sign * level
        for step in self.steps():
            low, high = self.points.index(step.low), self.points.index(step.high)
            if means[low] <= wanted <= means[high] and means[low] < means[high]:
                share = float((wanted - means[low]) / (means[high] - means[low]))
                served, spent = ((1 - share) * each[low] + share * each[high] for each in (service, cost))
                slope = float((cost[high] - cost[low]).mean() / (means[high] - means[low]))
                found = mean_interval(spent - slope * (served - wanted), self.confidence)
                return Reached(step.low, step.high, share, found)
        return None


def critical_ratios(scenario: Scenario) -> tuple[float, float] | None:
    """The lowest and the highest p / (p + h) of the products: p for a unit owed, h for one in stock, by time.

    At the lowest cost of holding and backorders together, this is the share of time without backorders
    (Zipkin 2000, Foundations of Inventory Management, ch. 6). None where the costs give none.
    """
    holding, owing = scenario.costs.holding, scenario.costs.backorder
    if holding is None or owing is None or not owing.hourly or owing.basis not in ("unit", "value"):
        return None
    found = []
    for product in scenario.products.values():
        over = holding.amount * (product.cost if holding.basis == "value" else 1.0)
        under = owing.amount * (product.price if owing.basis == "value" else 1.0)
        if over + under > 0:
            found.append(critical_ratio(over, under))
    return (min(found), max(found)) if found else None


SERVICE = (
    "line_fill_rate",
    "unit_fill_rate",
    "order_fill_rate",
    "value_fill_rate",
    "ready_rate",
    "time_without_backorders",
    "cycle_service_level",
    "on_time",
    "perfect_order_rate",
    "in_full",
    "sla_attainment",
)
"""What is taken as the service where nobody says: the first of these that is shown and that the points differ in."""


def service_of(sweep: Sweep, kpis: Collection[str], cost: str = COST) -> str:
    """The service KPI of a sweep that shows these KPIs, where the cost is measured; "" if it has none."""
    if (
        any(cost not in point.result.kpi_names for point in sweep.points)
        or sum(not point.unstable for point in sweep.points) < 2
        or sweep.replications < 2
    ):
        return ""
    for kpi in SERVICE:
        if kpi in kpis and len({point.result.estimate(kpi).mean for point in sweep.points if not point.unstable}) > 1:
            return kpi
    return ""
