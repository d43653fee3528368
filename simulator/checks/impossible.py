"""The shortest order cycle that a site can possibly reach: nobody queues, stock is there, work takes its minimum."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from simulator.checks.order_kinds import Reach
from simulator.planning.working_time import WorkingTime
from simulator.scenario.calendars import Departures
from simulator.scenario.contracts import Contract
from simulator.scenario.distributions import Distribution
from simulator.scenario.errors import At
from simulator.scenario.network import EntryMode, Stage
from simulator.scenario.scenario import Run, Scenario
from simulator.units import DAY, exact, multiples, next_multiple

YEAR = 400 * 24.0
"""Hours of a run that are looked at: after a year, weeks and holidays repeat."""
SHORT = 1 / 12
"""Hours between waves or departures below which nobody waits for them here: the cycle comes out no longer for it."""
AFTER = 60 * 24.0
"""Hours beyond, for what is begun then."""


def least(law: Distribution[Any]) -> float:
    """The smallest value that a duration can take.

    >>> from simulator.scenario.distributions import Duration
    >>> least(Duration.model_validate("2 h")), least(Duration.model_validate({"gamma": {"mean": "2 h", "cv": 0.3}}))
    (2.0, 0.0)
    >>> least(Duration.model_validate({"mixture": [{"share": 0.5, "of": {"uniform": {"low": "1 h", "high": "2 h"}}},
    ...                                            {"share": 0.5, "of": "3 h"}]}))
    1.0
    """
    parts = getattr(law, "mixture", None)
    if parts is not None:
        return min(least(part.of) for part in parts if part.share > 0)
    if law.variance <= 0:
        return law.expected
    if law.uniform is not None or law.triangular is not None:
        return float((law.uniform or law.triangular).low)  # type: ignore[union-attr]
    if law.empirical is not None:
        if law.empirical.values is not None:
            return float(min(value for value, weight in law.empirical.values if weight > 0))
        return float((law.empirical.quantiles or ((0, 0.0),))[0][1])
    count = law.poisson or law.negative_binomial
    if count is not None:
        return float(count.minimum or 0.0)
    return float(law.geometric.step or 1.0) if law.geometric is not None else 0.0


@dataclass(frozen=True)
class Pass:
    """A stage as the fastest order meets it: waves, then work in its hours, then departures, then a hold of credit."""

    work: float
    hours: WorkingTime | None
    cut_off: float | None
    leaves: list[float] | None
    """Departures in the order of time."""
    waves: float | None = None
    held: float = 0.0

    def forward(self, at: float) -> float:
        """When an order that comes at a time has left."""
        if self.waves is not None:
            at = next_multiple(at, self.waves)
        if self.hours is not None:
            at = self.hours.finish(self.hours.admit(at, self.cut_off), self.work)
        else:
            at = exact(at + self.work)
        if self.leaves is not None:
            place = bisect_left(self.leaves, at)
            at = self.leaves[place] if place < len(self.leaves) else math.inf
        return exact(at + self.held)

    def backward(self, by: float) -> float:
        """The latest coming for an order that has left by a time; below 0 if there is none."""
        by = exact(by - self.held)
        if self.leaves is not None:
            place = bisect_right(self.leaves, by) - 1
            if place < 0:
                return -math.inf
            by = self.leaves[place]
        return self.before_work(by)

    def before_work(self, by: float) -> float:
        """The latest coming for an order on which work is done by a time."""
        start = exact(by - self.work) if self.hours is None else self.hours.latest_start(by, self.work)
        if self.hours is not None and start >= 0:
            start = self.hours.last_admitted(start, self.cut_off)
        if self.waves is not None and start >= 0:
            start = exact(multiples(start, self.waves) * self.waves)
        return start

    def turns(self, end: float) -> Iterator[float]:
        """Comings just in time: for a wave, for the cut-off, to be done by closing, or for a departure."""
        if self.waves is not None:
            yield from (turn * self.waves for turn in range(int(end / self.waves) + 1))
            return
        if self.hours is not None:
            for opens, closes in zip(self.hours.starts, self.hours.ends, strict=True):
                if opens > end:
                    break
                yield self.before_work(closes)
        for departure in self.leaves or ():
            if departure > end:
                break
            yield self.before_work(departure)


def shortest_cycle(
    scenario: Scenario,
    site: str,
    segments: Iterable[str] | None = None,
    *,
    express: float | None = None,
    enough: float = -math.inf,
) -> float:
    """Hours from order entry to delivery, at least; the search ends when it finds `enough` or less.

    `segments` are those whose orders are meant, all where left out: their channels enter orders in different ways.
    `express` is the time of a faster transit that the policy allows. A hold of credit counts if every order is held.

    The cycle is shortest for an order that comes to some stage just in time (a later one waits till the next day, an
    earlier one here or there), so that these moments are all that need to be looked at; where no stage has hours,
    waves or departures, any moment will do. The first 400 days are looked at.
    """
    run = scenario.run
    modes = _modes(scenario, scenario.market.segments if segments is None else segments)
    row = [_pass(scenario, stage, modes, express) for stage in scenario.network.sites[site].stages]
    timed = any(each.hours or each.leaves is not None or each.waves for each in row)
    best = math.inf if timed else _span(row, 0, 0.0)
    for place, each in enumerate(row):
        for turn in each.turns(min(run.horizon, YEAR)):
            if best <= enough:
                return best
            best = min(best, _span(row, place, turn))
    return best


def _span(row: list[Pass], place: int, at: float) -> float:
    """From the latest possible entry to delivery, for an order that is at a stage at a time."""
    entry, end = at, at
    for each in reversed(row[:place]):
        entry = each.backward(entry) if entry >= 0 else entry
    for each in row[place:]:
        end = each.forward(end) if math.isfinite(end) else end
    return end - entry if entry >= 0 else math.inf


def _modes(scenario: Scenario, segments: Iterable[str]) -> list[EntryMode | None]:
    """The ways in which orders of some segments are entered; None is the stage's own."""
    every = scenario.market.channels
    used = {name for segment in segments for name in scenario.market.segments[segment].channels or list(every)[:1]}
    entered = {every[name].entry for name in used} or {None}
    return [scenario.network.entry_modes[mode] if mode is not None else None for mode in entered]


def _pass(scenario: Scenario, stage: Stage, modes: list[EntryMode | None], express: float | None) -> Pass:
    run, ways = scenario.run, modes if stage.stage == "entry" else [None]
    laws = [stage if mode is None or not mode.takes_time else mode for mode in ways]
    work = min(sum(least(each) for each in (law.time, law.line_time) if each is not None) for law in laws)
    held = least(stage.hold.time) if stage.hold is not None and stage.hold.rate >= 1 else 0.0
    if stage.stage == "transit" and express is not None:
        work = min(work, express)
    hours = WorkingTime(scenario.network.calendars[stage.calendar], run.start) if stage.calendar is not None else None
    often = stage.departures is not None and (stage.departures.every or DAY) < SHORT
    leaves = _times(stage.departures, run) if stage.departures is not None and not often else None
    waves = stage.waves if stage.waves is not None and stage.waves >= SHORT else None
    return Pass(work, hours, stage.cut_off, leaves, waves, held)


def _times(departures: Departures, run: Run) -> list[float]:
    """All departures that may matter."""
    end = min(run.horizon, YEAR) + AFTER
    if departures.every is not None:
        return [turn * departures.every for turn in range(int(end / departures.every) + 1)]
    dates = ((day, run.start + timedelta(days=day)) for day in range(int(end / 24) + 1))
    times = sorted(departures.at or ())
    return [
        day * 24 + time
        for day, date in dates
        for time in times
        if date.weekday() in departures.days and date not in departures.closed
    ]


MOMENT = 1e-5
MEANS = "from order entry to delivery, with everything in stock and nobody queueing"


def impossible(policy: Reach) -> Iterator[At]:
    """Fixed promises, and times in contracts, that are shorter than the shortest possible cycle."""
    for place, rule in enumerate(policy.rules):
        time = rule.promise.standing_time if rule.promise is not None else None
        if time is not None:
            written = ("promise", "time") if hasattr(rule.promise, "time") else ("promise",)
            for said in _cannot(policy, policy.decides(place, "promise"), time):
                yield At(("service", "rules", place, *written), said, MEANS)
    for name, contract in policy.scenario.service.contracts.items():
        if contract.within is not None:
            for said in _cannot(policy, _covered(policy, contract), contract.within):
                yield At(("service", "contracts", name, "within"), said, MEANS)


def _covered(policy: Reach, contract: Contract) -> np.ndarray:
    """The kinds of orders that a contract may cover; customers are not told apart."""
    segments, channels = contract.covers.segment, contract.covers.channel
    return np.array(
        [
            (segments is None or kind.segment in segments)
            and (channels is None or kind.channel is None or kind.channel in channels)
            for kind in policy.kinds.all
        ]
    )


def _cannot(policy: Reach, where: np.ndarray, time: float) -> Iterator[str]:
    """What is wrong with a time for some kinds of orders, site by site."""
    scenario = policy.scenario
    sites = {
        name: segment.site or next(iter(scenario.network.sites)) for name, segment in scenario.market.segments.items()
    }
    site_of = np.array([sites[kind.segment] for kind in policy.kinds.all])
    for site in dict.fromkeys(site_of[where].tolist()):
        shortest = min(_shortest(policy, where & (site_of == site), site, time))
        if exact(time) < exact(shortest):
            yield f"{_lasting(time)} cannot be kept: the shortest possible cycle at {site} is {_lasting(shortest)}"


def _shortest(policy: Reach, where: np.ndarray, site: str, enough: float) -> Iterator[float]:
    """The shortest cycle for some orders of a site, by what the policy says of express transit."""
    left, segments = where, {policy.kinds.all[row].segment for row in np.flatnonzero(where).tolist()}
    for place, rule in enumerate(policy.rules):
        faster = policy.decides(place, "express") & where
        if rule.express is not None and faster.any():
            yield shortest_cycle(policy.scenario, site, segments, express=rule.express.time, enough=enough)
            left = left & ~(faster & ~policy.by_override(place))
    if left.any():
        yield shortest_cycle(policy.scenario, site, segments, enough=enough)


def _lasting(hours: float) -> str:
    """A duration in words.

    >>> _lasting(0.25), _lasting(30.0), _lasting(60.0)
    ('15 min', '30 h', '2.5 days')
    """
    if hours < 1:
        return f"{hours * 60:.3g} min"
    return f"{hours:.3g} h" if hours < 2 * DAY else f"{hours / DAY:.3g} days"
