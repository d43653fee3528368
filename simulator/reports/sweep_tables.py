"""A sweep on the terminal, and what service costs."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

from rich.text import Text

from simulator.drawing.terminal import Grid, Screen, grids
from simulator.drawing.wording import counted, ends, figure, half, listed, one_sided, show, with_interval
from simulator.experiments.cost_of_service import COST, CostOfService, Reached, critical_ratios
from simulator.experiments.intervals import Interval
from simulator.experiments.ranges import DesignError
from simulator.experiments.result import Estimate
from simulator.experiments.sweep import Point, Sweep
from simulator.replication.measure import catalogue
from simulator.reports.result_tables import measured_in
from simulator.scenario.errors import steps
from simulator.scenario.reading.nodes import Plain

LISTED = 8
"""So many points are named in a sentence."""
CELL = 15
"""Letters of an estimate with its half width, and the gap before it."""


def short_paths(paths: Collection[str]) -> dict[str, str]:
    """The last steps of each path, as many as tell them apart.

    >>> short_paths(["network.sites.a.stock.x.level", "network.sites.b.stock.x.level"])
    {'network.sites.a.stock.x.level': 'a.stock.x.level', 'network.sites.b.stock.x.level': 'b.stock.x.level'}
    """
    count = 1
    while True:
        found = {path: ".".join(str(step) for step in steps(path)[-count:]) for path in paths}
        if len(set(found.values())) == len(found):
            return found
        count += 1


def value_said(value: Plain) -> str:
    """A value of a path as it is written.

    >>> value_said(0.95), value_said({"gamma": {"mean": "3 weeks", "cv": 0.3}})
    ('0.95', 'gamma: mean: 3 weeks, cv: 0.3')
    """
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {value_said(each)}" for key, each in value.items())
    if isinstance(value, list):
        return f"[{', '.join(map(value_said, value))}]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def point_said(point: Point) -> str:
    """What is set at a point."""
    return ", ".join(map(value_said, point.values.values()))


def played(sweep: Sweep) -> str:
    """How much was played."""
    run = sweep.scenario.run
    weeks, warm_up = (run.horizon - run.warm_up) / 168, run.warm_up / 168
    points, replications = counted(len(sweep.points), "point"), counted(sweep.replications, "replication")
    return (
        f"{points}, {replications} each of {weeks:.4g} weeks after a warm-up of {warm_up:.3g} weeks, "
        f"the same random numbers at every point (seed {run.seed})"
    )


def print_sweep(sweep: Sweep, kpis: Sequence[str], by: Sequence[str]) -> None:
    """Print the estimates, one row for each point."""
    screen = Screen()
    screen.say(sweep.scenario.name, "bold")
    screen.say(played(sweep))
    names = short_paths(sweep.paths)
    for path, name in names.items():
        if path != name:
            screen.say(f"{name}: {path}", "dim")
    found = {(point.number, e.kpi, e.dimension, e.label): e for point, e in sweep.estimates(kpis, by)}
    present = dict.fromkeys((kpi, dimension, label) for _, kpi, dimension, label in found)
    wholes = {kpi.replace("_", " "): (kpi, "", "") for kpi in kpis if (kpi, "", "") in present}
    tables = _tables(sweep, wholes, found, screen.width)
    for dimension in by:
        for kpi in kpis:
            slices = {key[2]: key for key in present if key[:2] == (kpi, dimension)}
            if slices:
                tables += _tables(sweep, slices, found, screen.width, f"{kpi} by {dimension}")
    for table in tables:
        screen.print(table)
    if any(point.unstable for point in sweep.points):
        screen.say("!: never settles, and is held against no other point", "dim")
    if units := measured_in(kpis):
        screen.say(units, "dim")
    for said in points_warned(sweep):
        screen.say(f"warning: {said}")


def points_warned(sweep: Sweep) -> Iterator[str]:
    """Which points have too much work, and which never settle, in words."""
    words: dict[str, list[str]] = {}
    for point in sweep.points:
        for each in point.result.warnings:
            if each["kind"] != "policy":
                words.setdefault(each["message"], []).append(f"{point.number}")
    for words_of, where in words.items():
        some = f"point{'s' * (len(where) > 1)} {listed(where[:LISTED])}{' and more' if len(where) > LISTED else ''}"
        yield f"at {'every point' if len(where) == len(sweep.points) else some}: {words_of}"
    lost = [point for point in sweep.points if point.unstable]
    if lost:
        yield (
            f"{counted(len(lost), 'point')} never settle{'s' * (len(lost) == 1)}: what is measured there depends on "
            "the length of the run, and is held against no other point"
        )


def _tables(
    sweep: Sweep,
    columns: Mapping[str, tuple[str, str, str]],
    found: Mapping[tuple[int, str, str, str], Estimate],
    wide: int,
    title: str | None = None,
) -> list[Grid]:
    """One row for each point; means above their intervals where they do not fit side by side."""
    corner = ["point", *short_paths(sweep.paths).values()]
    rows = [list(row(point)) for point in sweep.points]
    taken = sum(max(len(head), *(len(cells[place]) for cells in rows)) + 2 for place, head in enumerate(corner))
    between = " " if taken + CELL * len(columns) <= wide else "\n"
    cells: dict[str, list[str | Text]] = {
        name: [_estimate(found.get((point.number, *key)), between) for point in sweep.points]
        for name, key in columns.items()
    }
    return grids(corner, rows, cells, wide, title)


def _estimate(found: Estimate | None, between: str) -> Text:
    if found is None:
        return Text("-")
    mean = show(found.mean, found.unit)
    return Text(with_interval(mean, found) if between == " " else f"{mean}{between}{half(found)}".rstrip())


def headed(sweep: Sweep, title: str | None) -> Grid:
    table = Grid(title)
    table.add_column("point", justify="right", no_wrap=True)
    for name in short_paths(sweep.paths).values():
        table.add_column(name, justify="right", overflow="fold", min_width=8)
    return table


def row(point: Point) -> Iterator[str]:
    yield f"{point.number}{' !' if point.unstable else ''}"
    yield from map(value_said, point.values.values())


def print_cost_of_service(of: CostOfService, level: float | None = None) -> None:
    """Print the cost of service of the whole or of a slice, its optimum, and what a level of service costs."""
    screen, unit = Screen(), catalogue()[of.service].unit
    whom = f" of {of.dimension} {of.label}" if of.dimension else ""
    more_of = "a point more" if of.scale > 1 else f"by {unit}"
    table = headed(of.sweep, f"What {of.service} costs in {of.cost}{whom}")
    for name in (of.service, of.cost, more_of):
        table.add_column(name.replace("_", " "), justify="right")
    table.add_column(f"{100 * of.confidence:.4g} % interval", no_wrap=True)
    table.add_column("verdict", min_width=11)
    marginal = {step.high.number: step.per_point for step in of.steps()}
    for point in of.shown:
        service, cost, more = of.estimate(point, of.service), of.estimate(point, of.cost), marginal.get(point.number)
        table.add_row(
            *row(point),
            show(service.point, unit),
            figure(cost.point),
            figure(more.point) if more else "",
            ends_said(more) if more else "",
            verdict_said(of, point),
        )
    screen.print(table)
    for sentence in (*optimum_said(of), *([reached_said(of, level)] if level is not None else [])):
        screen.say(sentence)


def ends_said(found: Interval) -> str:
    """The ends of an interval, such as of the cost of a point of service."""
    if math.isfinite(found.low) and math.isfinite(found.high):
        return ends(found.low, found.high)
    return one_sided(found.low, found.high, "") or "anything"


def interval_said(found: Interval) -> str:
    """A number with the ends of its interval."""
    return f"{figure(found.point)} ({ends_said(found)})"


def verdict_said(of: CostOfService, point: Point) -> str:
    """Whether a point is worth having."""
    verdict, better = of.verdict(point)
    return f"{verdict} by {better.number}" if better else verdict


def optimum_said(of: CostOfService) -> Iterator[str]:
    """The cheapest point, how sure that is, and beside it what theory says."""
    best = of.optimum()
    service = show(best.service.point, catalogue()[of.service].unit)
    yield (
        f"Cheapest: point {best.best.number} ({point_said(best.best)}), {of.cost} {interval_said(best.cost)} at "
        f"{of.service} {service}."
    )
    if best.best in (of.points[0], of.points[-1]):
        yield "It is at the edge of what was tried: the cheapest may lie beyond."
    others = [each for each in best.candidates if each is not best.best]
    if others:
        named = listed([f"{each.number} ({point_said(each)})" for each in others[:LISTED]])
        more = f" and {len(others) - LISTED} more" if len(others) > LISTED else ""
        yield f"It cannot be told apart from point{'s' * (len(others) > 1)} {named}{more}."
    ratios = critical_ratios(best.best.result.scenario)
    if ratios and not of.dimension and of.cost == COST:
        low, high = (show(ratio, "share") for ratio in ratios)
        span = low if low == high else f"{low} to {high}"
        result = best.best.result
        reached = {
            kpi: show(result.estimate(kpi).mean, "share")
            for kpi in ("time_without_backorders", "ready_rate")
            if kpi in result.kpi_names
        }
        found = "; at the cheapest point it is {time_without_backorders}, and the ready rate {ready_rate}"
        yield (
            f"Critical ratio p / (p + h): {span}. Were stock and backorders all that costs, this would be the best "
            f"share of time without backorders{found.format(**reached) if len(reached) == 2 else ''}."
        )


def reached_said(of: CostOfService, level: float) -> str:
    """What a level of service costs, in a sentence."""
    said, found = show(level, catalogue()[of.service].unit), of.reach(level)
    if found is None:
        ends = [
            show(of.estimate(each, of.service).point, catalogue()[of.service].unit)
            for each in (of.points[0], of.points[-1])
        ]
        return f"{of.service} {said}: outside what was tried ({ends[0]} to {ends[1]})."
    at = value_between(found)
    where = f" at about {at}" if at else ""
    return (
        f"{of.service} {said} would cost {interval_said(found.cost)}{where}, between points {found.low.number} and "
        f"{found.high.number}."
    )


def value_between(found: Reached) -> str:
    """The value of the one path that differs between two points, on the way from the one to the other."""
    pairs = [
        (low, high)
        for low, high in zip(found.low.values.values(), found.high.values.values(), strict=True)
        if low != high
    ]
    if len(pairs) != 1:
        return ""
    low, high = pairs[0]
    if isinstance(low, (int, float)) and isinstance(high, (int, float)):
        return f"{low + found.share * (high - low):.4g}"
    return ""


def cost_of_service_json(of: CostOfService, level: float | None) -> dict[str, object]:
    """The cost of service as plain data."""
    best, steps_up = of.optimum(), of.steps()
    found: dict[str, object] = {
        "service": of.service,
        "cost": of.cost,
        "by": {of.dimension: of.label} if of.dimension else {},
        "confidence": of.confidence,
        "points": [
            {
                "point": point.number,
                "service": of.estimate(point, of.service).point,
                "cost": of.estimate(point, of.cost).point,
                "verdict": of.verdict(point)[0],
            }
            for point in of.shown
        ],
        "steps": [
            {
                "from": step.low.number,
                "to": step.high.number,
                "service": step.service,
                "cost": _ends(step.cost),
                "per_point": _ends(step.per_point),
            }
            for step in steps_up
        ],
        "optimum": {
            "point": best.best.number,
            "cost": _ends(best.cost),
            "service": _ends(best.service),
            "candidates": [each.number for each in best.candidates],
            "critical_ratio": critical_ratios(best.best.result.scenario),
        },
    }
    if level is not None:
        reached = of.reach(level)
        found["reach"] = {"service": level, "cost": _ends(reached.cost) if reached else None}
    return found


def _ends(found: Interval) -> dict[str, float | None]:
    ends = {"mean": found.point, "low": found.low, "high": found.high}
    return {name: value if math.isfinite(value) else None for name, value in ends.items()}


def costs_of_service(sweep: Sweep, service: str, by: Sequence[str], cost: str = COST) -> list[CostOfService]:
    """Of the whole, and of the slices that have both service and cost at every point.

    Errors: DesignError for a service KPI that every slice lacks.
    """
    found = [CostOfService(sweep, service, cost=cost)]
    for dimension in by:
        for label in sweep.points[0].result.labels(dimension):
            try:
                each = CostOfService(sweep, service, dimension, label, cost)
                each.steps()
            except (DesignError, KeyError):  # not measured by this dimension, or nothing there to measure
                continue
            found.append(each)
    return found
