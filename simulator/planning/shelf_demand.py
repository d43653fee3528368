"""The order lines that come to one shelf, drawn for planning as the market of the scenario draws them for a run.

An order of a segment holds the SKU with a probability; the orders that do are a part of the segment's own stream,
and so come as a thinned Poisson process where it is one, and else are picked from the orders as they are drawn.
"""

import datetime as dt
import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from simulator.model import once
from simulator.planning.sourcing_options import channel_shares, home_site
from simulator.scenario.demand import DemandRule, Rhythm
from simulator.scenario.distributions import Quantity
from simulator.scenario.market import Basket, ChannelUse
from simulator.scenario.reading.order_history import Orders, read_history
from simulator.scenario.scenario import Scenario
from simulator.unit_steps import UnitStep, UnitSteps, step_of
from simulator.units import TICKS

TICK = int(TICKS)
"""Ticks of the clock in an hour: times are whole numbers here, so that what is meant for one instant is at one."""
DRAWS = 200_000
"""Draws from which a distribution that has no table of its own is tabulated."""
LONGEST = 400_000
"""Days that a shelf is played for at the most."""


def ticks(hours: np.ndarray) -> np.ndarray:
    """Hours as whole ticks, as `exact` rounds them."""
    found: np.ndarray = np.rint(hours * TICKS).astype(np.int64)
    return found


def named_rng(*names: str) -> np.random.Generator:
    """The random numbers of a name: the same whatever else is drawn, and whatever the seed of the run."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256("\0".join(names).encode()).digest()[:16], "big"))


class Lines(NamedTuple):
    """Order lines in the order of time."""

    at: np.ndarray
    """Ticks from the start."""
    units: np.ndarray
    kind: np.ndarray
    """Index into the shelf's kinds of customers."""


class Content(NamedTuple):
    """What an order that holds the SKU asks for, and the share of a segment's orders that are so."""

    share: float
    draw: Callable[[np.random.Generator, int], tuple[np.ndarray, np.ndarray]]
    """For so many orders: lines of each, and units of all the lines."""
    kind: int
    steady: float | None
    """Units of the line where every order has one line of equally many; else None."""


@dataclass(frozen=True)
class Stream:
    """The orders of one segment that come to the shelf."""

    segment: str
    rule: DemandRule
    rhythm: Rhythm | None
    contents: tuple[Content, ...]

    @property
    def share(self) -> float:
        """Share of the segment's orders that hold the SKU and come to the site."""
        return min(1.0, sum(content.share for content in self.contents))


@once
def customer_kinds(scenario: Scenario) -> list[tuple[str, str]]:
    """Segment and channel of every kind of customers."""
    segments = scenario.market.segments.items()
    return [(name, channel) for name, segment in segments for channel in channel_shares(scenario, segment)]


@once
def homes(scenario: Scenario) -> list[str]:
    """The site that serves each kind of customers where nothing is short."""
    return [home_site(scenario, name, channel) for name, channel in customer_kinds(scenario)]


@once
def streams_of(scenario: Scenario, site: str, sku: str) -> list[Stream]:
    """The streams of orders that a SKU at a site has to serve."""
    found = []
    for name, segment in scenario.market.segments.items():
        rhythm = getattr(segment.demand, "rhythm", None) or scenario.market.rhythm
        contents = tuple(each for each in _contents(scenario, name, site, sku) if each.share > 0)
        if contents and not (segment.demand.follows_rhythm and not segment.demand.rate):
            found.append(Stream(name, segment.demand, rhythm if segment.demand.follows_rhythm else None, contents))
    return found


def _contents(scenario: Scenario, name: str, site: str, sku: str) -> list[Content]:
    segment, found = scenario.market.segments[name], list[Content]()
    known = dict[int, list[Content]]()
    for channel, share in channel_shares(scenario, segment).items():
        kind = customer_kinds(scenario).index((name, channel))
        if homes(scenario)[kind] != site:
            continue
        use = (segment.channels or {}).get(channel)
        basket = use.basket if isinstance(use, ChannelUse) and use.basket is not None else segment.basket
        if id(basket) not in known:
            if segment.demand.rule in ("resampled", "replayed"):
                known[id(basket)] = [_from_history(scenario, name, sku)]
            else:
                assert basket is not None
                known[id(basket)] = _of_basket(scenario, basket, sku)
        found += [each._replace(share=share * each.share, kind=kind) for each in known[id(basket)]]
    return found


def _of_basket(scenario: Scenario, basket: Basket, sku: str) -> list[Content]:
    """What orders of a basket ask for, of whichever kind of customers."""
    product = scenario.products[sku]
    step = step_of(product.step)
    if basket.orders is not None:
        total = sum(each.share for each in basket.orders)
        wanted = [(each.share / total, each.lines[sku]) for each in basket.orders if sku in each.lines]
        return [Content(part, _single(law, step), 0, _steady(law, step)) for part, law in wanted]
    weight = basket.items.get(sku, 0.0) if basket.items else product.popularity
    total = sum(basket.items.values()) if basket.items else _popularity(scenario)
    law = basket.units or (basket.units_by_group or {}).get(product.group or "")
    if not weight or not total or law is None:
        return []
    chance = weight / total
    if basket.lines is None or basket.lines.constant == 1:
        return [Content(chance, _single(law, step), 0, _steady(law, step))]
    counts, masses, _ = _table(basket.lines)
    none = float(masses @ (1 - chance) ** counts)
    return [Content(1 - none, _several(law, step, basket.lines, chance), 0, None)]


@once
def _popularity(scenario: Scenario) -> float:
    """Of all products together."""
    return sum(product.popularity for product in scenario.products.values())


Draw = Callable[[np.random.Generator, int], tuple[np.ndarray, np.ndarray]]


def _steady(law: Quantity, step: UnitStep) -> float | None:
    return None if law.constant is None else float(step.count(law.constant))


def _single(law: Quantity, step: UnitStep) -> Draw:
    return lambda rng, size: (np.ones(size, dtype=np.int64), step.counts(law.sample(rng, size)))


def _several(law: Quantity, step: UnitStep, count: Quantity, chance: float) -> Draw:
    """Lines of an order that ask for the SKU, each of its lines with a chance, given that one does."""
    counts, masses, factorials = _table(count)
    most, chance = int(counts[-1]), min(chance, 1 - 1e-12)
    one, none = math.log(chance), math.log1p(-chance)
    odds = list[float]()
    while len(odds) < most and (len(odds) < 2 or odds[-1] > 1e-6 or len(odds) < most * chance):
        k = len(odds) + 1
        some = counts[int(np.searchsorted(counts, k)) :]
        ways = factorials[some] - factorials[k] - factorials[some - k]
        odds.append(float(masses[-len(some) :] @ np.exp(ways + k * one + (some - k) * none)))
    lines = np.arange(1, len(odds) + 1)
    levels = np.cumsum(odds) / sum(odds)

    def draw(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
        found, chances = np.ones(size, dtype=np.int64), rng.random(size)
        more = np.flatnonzero(chances >= levels[0])  # few
        found[more] = lines[np.minimum(np.searchsorted(levels, chances[more], side="right"), len(lines) - 1)]
        return found, step.counts(law.sample(rng, int(found.sum())))

    return draw


@once
def _table(law: Quantity) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values and probabilities of a count, its own or of many draws; logarithms of the factorials up to the largest."""
    known = law.masses()
    values = known[0].astype(int) if known is not None else law.sample(named_rng("lines"), DRAWS).astype(int)
    masses = np.bincount(values, known[1] if known is not None else None)
    some = np.flatnonzero(masses > 1e-12 * masses.sum())
    factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, some[-1] + 1)))])
    return some, masses[some] / masses[some].sum(), factorials


def _own(scenario: Scenario, name: str) -> tuple[Orders, np.ndarray]:
    assert scenario.market.history is not None
    orders = read_history(scenario.market.history)
    whole = scenario.market.history.columns.segment is None
    return orders, orders.where((orders.segment == name) | whole)


@once
def _history_lines(scenario: Scenario, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Place of the order among the segment's own, SKU and smallest quantities of it in every line of its orders."""
    orders, mine = _own(scenario, name)
    counts = (orders.last - orders.first)[mine]
    rows = np.repeat(orders.first[mine] - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    sku, places = orders.sku[rows], {name: place for place, name in enumerate(scenario.products)}
    steps = UnitSteps(product.step for product in scenario.products.values())
    units = steps.counts(orders.units[rows], np.array([places[name] for name in sku.tolist()], dtype=int))
    return np.repeat(np.arange(len(mine)), counts), sku, units


def _from_history(scenario: Scenario, name: str, sku: str) -> Content:
    place, skus, units = _history_lines(scenario, name)
    with_it = skus == sku
    holders, counts = np.unique(place[with_it], return_counts=True)
    own, starts = units[with_it], np.cumsum(counts) - counts

    def draw(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
        picked = rng.integers(0, len(holders), size)
        several = counts[picked]
        rows = np.repeat(starts[picked] - np.cumsum(several) + several, several) + np.arange(several.sum())
        return several, own[rows]

    of_all = max(len(_own(scenario, name)[1]), 1)
    return Content(len(holders) / of_all, draw, 0, None)


def draw_lines(
    scenario: Scenario, streams: list[Stream], days: int, site: str, sku: str, turn: int = 0, bundle: int = 1
) -> Lines:
    """The lines of some days from the start of the run on; another `turn` is drawn by other random numbers.

    Of a very large number of lines that come at random, so many at a time are drawn as a `bundle`: every so many-th
    arrival of the process asks for what as many lines ask for, so that mean and variance stay what they are.
    """
    rng = named_rng(site, sku, str(turn))
    random = [stream for stream in streams if stream.rule.follows_rhythm]
    parts = list[Lines]()
    for rhythm in dict.fromkeys(stream.rhythm for stream in random):
        alike = [stream for stream in random if stream.rhythm is rhythm]
        wanted = [(stream.rule.rate * content.share, content) for stream in alike for content in stream.contents]
        if bundle == 1:
            rates, contents = zip(*wanted, strict=True)
            at = _at_random(scenario, rhythm, sum(rates), days, rng, turn)
            parts.append(_mixed(contents, np.array(rates), at, rng))
            continue
        total = sum(rate for rate, _ in wanted)
        for rate, content in wanted:  # each as a process of its own
            size = max(1, round(bundle * rate / total))
            parts.append(_bundled(content, _at_random(scenario, rhythm, rate, days, rng, turn, size), rng, size))
    for stream in streams:
        if stream.rule.rule == "replayed":
            parts.append(_replayed_lines(scenario, stream, days, sku, rng))
        elif not stream.rule.follows_rhythm:
            at = _all_arrivals(scenario, stream.segment, _enough(days), turn)
            at = at[: np.searchsorted(at, days * 24 * TICK)]
            if stream.share < 1:
                at = at[rng.random(len(at)) < stream.share]
            parts.append(_mixed(stream.contents, np.array([each.share for each in stream.contents]), at, rng))
    return _merged(parts)


def _mixed(contents: Sequence[Content], shares: np.ndarray, at: np.ndarray, rng: np.random.Generator) -> Lines:
    """The lines of orders at some times, each with one of the contents by chance."""
    which = np.zeros(len(at), dtype=np.int64)
    if len(contents) > 1:
        levels = np.cumsum(shares[:-1] / shares.sum())
        which = np.searchsorted(levels, rng.random(len(at)), side="right")
    counts, wanted, several = np.ones(len(at), dtype=np.int64), list[np.ndarray](), False
    for place, content in enumerate(contents):
        mine = np.flatnonzero(which == place) if len(contents) > 1 else slice(None)
        lines, units = content.draw(rng, len(at[mine]))
        wanted.append(units)
        if len(units) > len(lines):
            counts[mine], several = lines, True
    if several:
        at, which = np.repeat(at, counts), np.repeat(which, counts)
    units = wanted[0]
    if len(contents) > 1:
        units = np.empty(len(at))
        for place, each in enumerate(wanted):
            units[which == place] = each
    return Lines(at, units, np.array([content.kind for content in contents], dtype=np.int8)[which])


def _bundled(content: Content, at: np.ndarray, rng: np.random.Generator, size: int) -> Lines:
    """Bundles of so many orders' lines, at the times of their last ones."""
    counts, units = content.draw(rng, DRAWS)
    ends = np.cumsum(np.add.reduceat(units, np.cumsum(counts) - counts))
    last = rng.integers(size, DRAWS, len(at))
    return Lines(at, ends[last] - ends[last - size], np.full(len(at), content.kind, dtype=np.int8))


def _merged(parts: list[Lines]) -> Lines:
    at, units, kind = (np.concatenate(column) for column in zip(*parts, strict=True))
    some = units > 0
    if not some.all():
        at, units, kind = at[some], units[some], kind[some]
    if len(parts) > 1:
        ranked = np.argsort(at, kind="stable")
        at, units, kind = at[ranked], units[ranked], kind[ranked]
    return Lines(at, units.astype(float), kind)


def _replayed_lines(scenario: Scenario, stream: Stream, days: int, sku: str, rng: np.random.Generator) -> Lines:
    orders, mine = _own(scenario, stream.segment)
    place, skus, units = _history_lines(scenario, stream.segment)
    with_it = (skus == sku) & (orders.at[mine][place] < days * 24)
    shares = np.array([content.share for content in stream.contents])
    holding = _from_history(scenario, stream.segment, sku).share or 1.0
    here = rng.random(len(mine))[place[with_it]] < min(1.0, shares.sum() / holding)
    kinds = np.array([content.kind for content in stream.contents], dtype=np.int8)
    at, wanted = ticks(orders.at[mine][place[with_it]][here]), units[with_it][here]
    return Lines(at, wanted, kinds[rng.choice(len(kinds), len(at), p=shares / shares.sum())])


def _at_random(
    scenario: Scenario, rhythm: Rhythm | None, rate: float, days: int, rng: np.random.Generator, turn: int,
    bundle: int = 1,
) -> np.ndarray:  # fmt: skip
    """When orders come that follow the rhythm, at a mean rate per hour, in ticks; of each bundle the last one."""
    if rhythm is None:
        return ticks(_poisson(rng, rate, days * 24.0, bundle))
    busy = busyness(scenario, rhythm, _enough(days), turn)[: days + 1]
    day = np.interp(_poisson(rng, 24 * rate, float(busy[-1]), bundle), busy, np.arange(days + 1.0))
    if rhythm.hours is None:
        return ticks(day * 24)
    whole = np.minimum(np.floor(day), days - 1)
    weights = np.array(rhythm.hours)
    levels = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
    return ticks(whole * 24 + np.interp(day - whole, levels, np.arange(25.0)))


def _poisson(rng: np.random.Generator, rate: float, end: float, bundle: int) -> np.ndarray:
    """Every so many-th arrival of a Poisson process up to a time."""
    expected = rate * end / bundle
    size = int(expected + 6 * expected**0.5) + 20
    times = np.cumsum(rng.exponential(1 / rate, size) if bundle == 1 else rng.gamma(bundle, 1 / rate, size))
    return times[times < end]


def _enough(days: int) -> int:
    """A power of two, so that what shelves share is drawn for few lengths of time."""
    return 1 << (days - 1).bit_length()


@once
def _all_arrivals(scenario: Scenario, segment: str, days: int, turn: int) -> np.ndarray:
    """All orders of a segment that does not follow the rhythm."""
    rule, end = scenario.market.segments[segment].demand, days * 24.0
    blocks = list(rule.arrivals(named_rng(segment, "arrivals", str(turn)), end))
    times = np.concatenate([*blocks, np.zeros(0)])
    return ticks(times[times < end])


@once
def busyness(scenario: Scenario, rhythm: Rhythm, days: int, turn: int) -> np.ndarray:
    """Orders expected by the end of each day, as a multiple of a mean day's: 0 before the first day.

    The factor of the day is common to all that follows the rhythm, as in a run.
    """
    dates = np.datetime64(scenario.run.start) + np.arange(days)
    factor = (1 + rhythm.trend) ** (np.arange(days) / 365)
    if rhythm.weekdays is not None:
        weekday = (dates.astype("datetime64[D]").astype(int) + 3) % 7
        factor = factor * (np.array(rhythm.weekdays) / np.mean(rhythm.weekdays))[weekday]
    if rhythm.months is not None:
        month = dates.astype("datetime64[M]").astype(int) % 12
        factor = factor * (np.array(rhythm.months) / np.mean(rhythm.months))[month]
    if rhythm.day_to_day:
        shape = rhythm.day_to_day**-2
        factor = factor * named_rng("day to day", str(turn)).gamma(shape, 1 / shape, days)
    return np.concatenate([[0.0], np.cumsum(factor)])


def month_of(start: dt.date, at: np.ndarray) -> np.ndarray:
    """Month, 0 to 11, of ticks from the start of the run."""
    days = np.datetime64(start) + (at // (24 * TICK)).astype(int)
    found: np.ndarray = days.astype("datetime64[M]").astype(int) % 12
    return found
