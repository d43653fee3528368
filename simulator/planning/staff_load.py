"""Offered work against what staff and suppliers can do, week by week, from the scenario alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.model import once
from simulator.planning.order_flow import Flow, flows, week_edges
from simulator.planning.returned_lines import independent_lines, refurbished, returned_lines
from simulator.planning.sourcing_options import lane_of
from simulator.planning.supplier_orders import supplier_work
from simulator.planning.working_time import WorkingTime
from simulator.scenario.distributions import Duration
from simulator.scenario.network import DESK, EntryMode, Stage
from simulator.scenario.returns import Inspection, Refurbishing
from simulator.scenario.scenario import Scenario
from simulator.units import WEEK

DRAWS = 20_000
"""So many working times are drawn for the longest of several."""
FULL = 1 - 1e-9


@dataclass(frozen=True)
class Load:
    """The work that comes to a stage, to the returns desk or to a supplier in each week, and what can be done there."""

    site: str
    """"" for a supplier."""
    stage: str
    """The stage, `inspection` for the returns desk, or the supplier's name."""
    work: np.ndarray
    """Hours of work that come in each week."""
    hours: np.ndarray
    """Hours that the staff is there, or that the supplier can work, in each week."""
    waiting: np.ndarray
    """Hours of work left over at the end of each week, as if work came as evenly as expected."""
    regular: bool = False
    """Whether nothing is left to chance: who is exactly full can keep up."""
    leaves: bool = False
    """Whether orders leave a long queue: turned away, or out of patience."""
    at_most: bool = False
    """Whether something on the way there may take work away that cannot be known from the scenario alone."""
    one: float = 0.0
    """Hours of work on one order: of orders that come by the clock, one more or less falls into a week."""

    @property
    def mean(self) -> float:
        """Work over all weeks as a share of what can be done."""
        return _ratio(float(self.work.sum()), float(self.hours.sum()))

    @property
    def by_week(self) -> np.ndarray:
        """The same of each week."""
        return np.array([_ratio(*each) for each in zip(self.work.tolist(), self.hours.tolist(), strict=True)])

    @property
    def endless(self) -> bool:
        """Whether the queue never settles: there is as much work as can be done, or more, and chance beside it."""
        if self.regular:
            return float(self.work.sum()) > float(self.hours.sum()) + self.one * (1 + 1e-9)
        return self.mean >= FULL

    @property
    def over(self) -> np.ndarray:
        """By week: whether as much work comes as can be done, or more than that where nothing is left to chance."""
        return self.work > self.hours + self.one * (1 + 1e-9) if self.regular else self.by_week >= FULL


def _ratio(work: float, hours: float) -> float:
    return work / hours if hours > 0 else np.inf if work > 0 else 0.0


@once
def loads(scenario: Scenario) -> list[Load]:
    """The load of every staffed stage and returns desk, and of every supplier with a limit of capacity.

    A stage gets no more than the stages before it can pass on; what is left over in a week waits for the next.
    """
    found: list[Load] = []
    every = list(flows(scenario))
    loses = loses_orders(scenario)
    passed: list[Flow] = []
    for site, settings in scenario.network.sites.items():
        mine, thinned = [each for each in every if each.site == site], refuses_orders(scenario)
        shelf, lossy = mine, loses and settings.stock is not None
        before: WorkingTime | None = None
        for stage in settings.stages:
            if stage.stage not in DESK:
                thinned = thinned or lossy
            calendar = _working(scenario, stage.calendar)
            if stage.staff is not None:
                passes = [stage.stage != "transit" or not _collected(scenario, each) for each in mine]
                rest = [each for each, here in zip(mine, passes, strict=True) if here]
                collected = [each for each, here in zip(mine, passes, strict=True) if not here]
                load, passing = _stage(scenario, site, stage, stage.staff, calendar, rest, before, thinned)
                mine = passing + collected
                found.append(load)
                thinned = thinned or (_leaves(stage) and load.mean > 0.5)
            before = calendar or before
            if stage.stage in DESK:
                shelf = mine
        passed += shelf
        found += _returns(scenario, site, mine, thinned or lossy)
    for name, work, hours, uncertain in supplier_work(scenario, passed, week_edges(scenario.run)):
        found.append(Load("", name, work, hours, _left(work, hours), at_most=uncertain or loses))
    return [load for load in found if load.work.any()]


def _returns(scenario: Scenario, site: str, delivered: Sequence[Flow], at_most: bool) -> list[Load]:
    """The load of the desk that inspects returns, and of the workshop that refurbishes them, where they have staff."""
    settings, found = scenario.network.sites[site], list[Load]()
    share, depends = refurbished(scenario, settings)
    desks: list[tuple[str, Inspection | Refurbishing | None, float, bool]] = [
        ("inspection", settings.returns.inspection, 1.0, False),
        ("refurbishing", settings.returns.refurbishing, share, depends),
    ]
    for name, desk, part, doubt in desks:
        if desk is not None and desk.time is not None and desk.staff is not None:
            lines, uncertain = returned_lines(scenario, delivered)
            lines = lines + independent_lines(scenario, settings)
            hours = desk.staff * _open(scenario, _working(scenario, desk.calendar))
            work = part * lines * desk.time.expected
            found.append(Load(site, name, work, hours, _left(work, hours), at_most=at_most or uncertain or doubt))
    return found


def loses_orders(scenario: Scenario) -> bool:
    """Whether a line that is short may be lost, given up or met in another way than by waiting for stock."""
    service, segments = scenario.service, scenario.market.segments.values()
    chains = [service.stockout, *(rule.stockout for rule in service.rules if rule.stockout is not None)]
    waits = all(response.plain and response.waits for chain in chains for response in chain)
    return not waits or any(each.waits < 1 or each.patience is not None for each in segments)


def refuses_orders(scenario: Scenario) -> bool:
    """Whether an order may go away before it comes to a stage: by its promise, its record of stock, or for later."""
    market, later = scenario.market, scenario.service.reservation
    return (
        any(segment.longest_wait is not None for segment in market.segments.values())
        or any(channel.record is not None for channel in market.channels.values())
        or (later is not None and later.cancelled > 0)
    )


def _collected(scenario: Scenario, flow: Flow) -> bool:
    return bool(flow.channel) and scenario.market.channels[flow.channel].collect is not None


def _working(scenario: Scenario, calendar: str | None) -> WorkingTime | None:
    return None if calendar is None else WorkingTime(scenario.network.calendars[calendar], scenario.run.start)


def _open(scenario: Scenario, calendar: WorkingTime | None) -> np.ndarray:
    """Open hours in each week."""
    edges = week_edges(scenario.run)
    return np.diff(edges if calendar is None else calendar.open_before(edges))


def _stage(
    scenario: Scenario,
    site: str,
    stage: Stage,
    staff: int,
    calendar: WorkingTime | None,
    comes: Sequence[Flow],
    before: WorkingTime | None,
    at_most: bool,
) -> tuple[Load, list[Flow]]:
    """The load of a stage, and the orders that it passes on in each week."""
    hours = staff * _open(scenario, calendar)
    each = [_work(scenario, stage, flow) for flow in comes]
    saved = _batched(scenario, stage, comes, before) if stage.batch is not None else np.ones(len(hours))
    size = (len(comes), len(hours))
    times, lines = (np.array([pair[part] for pair in each]).reshape(-1, 1) for part in (0, 1))
    orders = np.array([flow.orders for flow in comes]).reshape(size)
    per_order = times * saved + lines
    done, waiting = np.zeros(size), np.zeros(len(hours))
    queue = np.zeros(len(comes))
    for week in range(len(hours)):
        queue = queue + orders[:, week]
        wanted = float((queue * per_order[:, week]).sum())
        part = min(1.0, hours[week] / wanted) if wanted > 0 else 1.0
        done[:, week] = queue * part
        queue = queue * (1 - part) if not _leaves(stage) else 0 * queue
        waiting[week] = float((queue * per_order[:, week]).sum())
    work = (orders * per_order).sum(axis=0)
    regular = all(flow.regular for flow in comes) and len(comes) == 1 and _fixed(scenario, stage, comes[0])
    one = float(per_order.max(initial=0.0))
    load = Load(site, stage.stage, work, hours, waiting, regular, _leaves(stage), at_most, one)
    return load, [_at(flow, row) for flow, row in zip(comes, done, strict=True)]


def _at(flow: Flow, orders: np.ndarray) -> Flow:
    return Flow(**{**vars(flow), "orders": orders})


def _leaves(stage: Stage) -> bool:
    """Whether orders leave its queue: turned away, or out of patience."""
    return stage.places is not None or stage.patience is not None


def _left(work: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """Work left over at the end of each week."""
    left, now = np.zeros(len(work)), 0.0
    for week, (more, done) in enumerate(zip(work.tolist(), hours.tolist(), strict=True)):
        left[week] = now = max(0.0, now + more - done)
    return left


def _laws(scenario: Scenario, stage: Stage, flow: Flow) -> tuple[Duration | None, Duration | None]:
    """Working time of an order and of each of its lines: by entry mode, by lane, or the stage's own."""
    channel = scenario.market.channels.get(flow.channel)
    if stage.stage == "entry" and channel is not None and channel.entry is not None:
        mode = scenario.network.entry_modes[channel.entry]
        if mode.takes_time:
            return mode.time, mode.line_time
    if stage.stage == "transit":
        lane = lane_of(scenario, flow.site, flow.segment, flow.channel)
        if lane is not None and lane.time is not None:
            return lane.time, None
    return stage.time, stage.line_time


def _fixed(scenario: Scenario, stage: Stage, flow: Flow) -> bool:
    laws = [law for law in _laws(scenario, stage, flow) if law is not None]
    return all(law.variance <= 0 for law in laws) and stage.rework is None and stage.batch is None


def _work(scenario: Scenario, stage: Stage, flow: Flow) -> tuple[float, float]:
    """Mean hours of work on an order, that of its lines and of mistakes apart."""
    time, line_time = _laws(scenario, stage, flow)
    by_line = line_time.expected * flow.lines if line_time is not None else 0.0
    if stage.rework is not None:
        by_line += stage.rework.expected * _caught(scenario, stage, flow)
    return time.expected if time is not None else 0.0, by_line


def _caught(scenario: Scenario, stage: Stage, flow: Flow) -> float:
    """Share of orders in which verification finds an error of entry."""
    channel = scenario.market.channels.get(flow.channel)
    if channel is None or channel.entry is None or stage.catches is None:
        return 0.0
    mode: EntryMode = scenario.network.entry_modes[channel.entry]
    right = {kind: 1 - getattr(mode.errors, kind) * stage.catches for kind in type(mode.errors).model_fields}
    of_line = (right.pop("item") * right.pop("quantity")) ** flow.counts
    return float(1 - np.prod(list(right.values())) * of_line.mean())


def _batched(scenario: Scenario, stage: Stage, comes: Sequence[Flow], before: WorkingTime | None) -> np.ndarray:
    """By week: work on an order by itself in a batch, as a share of what it would be alone.

    A batch takes as long as its longest order. It is full, or begun when its oldest order has waited long enough:
    orders come at random at the rate of their hour, or in the hours of the stage before.
    """
    assert stage.batch is not None
    full, within = stage.batch.orders, stage.batch.within
    orders = sum((flow.orders for flow in comes), np.zeros(len(week_edges(scenario.run)) - 1))
    weight = np.array([flow.orders.sum() for flow in comes])
    shape = (np.array([flow.hours for flow in comes]) * weight[:, None]).sum(axis=0) / max(weight.sum(), 1e-12)
    open_hours = _open(scenario, before)
    span = np.diff(week_edges(scenario.run))
    longest = _longest(scenario, stage, comes, weight, full)
    share = np.ones(len(orders))
    for week, (many, free) in enumerate(zip(orders.tolist(), open_hours.tolist(), strict=True)):
        if many <= 0:
            continue
        if stage.waves is not None:
            sizes = [(1.0, _in_waves(many * stage.waves / span[week], full))]
        elif before is not None:
            sizes = [(1.0, _sizes(many / max(free, 1e-9) * within, full))]
        else:
            sizes = [
                (part, _sizes(part * many * WEEK / span[week] * within, full)) for part in shape.tolist() if part > 0
            ]
        # Of the orders of an hour, so many are in batches of each size: work of a batch by its orders.
        share[week] = sum(part * float(size @ longest) / float(size @ np.arange(1, full + 1)) for part, size in sizes)
    return share


def _sizes(mean: float, full: int) -> np.ndarray:
    """Chances of a batch of 1, 2, ... orders, where so many more come on average while it is collected."""
    chance = np.zeros(full)
    now, left = np.exp(-mean), 1.0
    for more in range(full - 1):
        chance[more] = now
        left -= now
        now *= mean / (more + 1)
    chance[full - 1] = max(left, 0.0)
    return chance


def _in_waves(mean: float, full: int) -> np.ndarray:
    """The same where so many orders are released together: batches are full but for the last of each wave."""
    chance, weight, many = np.zeros(full), np.exp(-mean), 0
    total = weight
    while total < 1 - 1e-9 and many < 20 * (mean + 10):
        many += 1
        weight *= mean / many
        total += weight
        chance[full - 1] += weight * (many // full)
        if many % full:
            chance[many % full - 1] += weight
    found: np.ndarray = chance / max(float(chance.sum()), 1e-300)
    return found


def _longest(scenario: Scenario, stage: Stage, comes: Sequence[Flow], weight: np.ndarray, full: int) -> np.ndarray:
    """Mean of the longest working time of 1, 2, ... orders, over that of one."""
    if not comes:
        return np.ones(full)
    laws = [_laws(scenario, stage, flow)[0] for flow in comes]
    rng, parts = np.random.default_rng(0), weight / max(weight.sum(), 1e-12)
    times = [
        law.sample(rng, many) if law is not None else np.zeros(many)
        for law, many in zip(laws, np.ceil(parts * DRAWS).astype(int).tolist(), strict=True)
    ]
    times_sorted = np.sort(np.concatenate(times))
    rank = np.arange(len(times_sorted) + 1) / max(len(times_sorted), 1)
    means = [float((times_sorted * np.diff(rank**many)).sum()) for many in range(1, full + 1)]
    found = np.array(means)  # summed up by hand: the threads of a product would wait for each other
    return found / found[0] if len(times_sorted) and found[0] > 0 else np.ones(full)
