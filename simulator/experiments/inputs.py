"""Inputs of a sensitivity analysis: those named, or those that a scenario only assumes, each with its range."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from simulator.experiments.ranges import Choice, DesignError, Range, Values, Varied
from simulator.experiments.sweep import variants
from simulator.scenario.assumed_defaults import assumed_defaults
from simulator.scenario.errors import Part, dotted, steps
from simulator.scenario.reading.load import ScenarioError
from simulator.scenario.reading.nodes import Plain
from simulator.scenario.scenario import Scenario
from simulator.units import NUMBER

SPREAD = 0.2
"""How far an input is moved down and up where no range is given, as a share of its value."""
DEFAULT = (
    "market.segments.*.demand.orders",
    "market.segments.*.demand.gap.**",
    "market.rhythm.day_to_day",
    "market.segments.*.waits",
    "market.segments.*.patience.**",
    "market.segments.*.longest_wait.**",
    "market.segments.*.requested.**",
    "market.channels.*.record.accuracy",
    "market.channels.*.record.error.**",
    "market.channels.*.collect.after.**",
    "market.channels.*.collect.no_show",
    "products.+.cost",
    "products.+.substitutes.+",
    "network.suppliers.*.lead_time.**",
    "network.suppliers.*.changes.*.factor",
    "network.entry_modes.*.time.**",
    "network.entry_modes.*.line_time.**",
    "network.entry_modes.*.errors.+",
    "network.sites.*.stages.*.time.**",
    "network.sites.*.stages.*.line_time.**",
    "network.sites.*.stages.*.catches",
    "network.sites.*.stages.*.rework.**",
    "network.sites.*.stages.*.hold.rate",
    "network.sites.*.stages.*.hold.time.**",
    "network.sites.*.stages.*.patience.**",
    "network.sites.*.quality.**",
    "network.suppliers.*.claims.accepted",
    "network.suppliers.*.claims.credit",
    "network.sites.*.returns.inspection.time.**",
    "network.sites.*.returns.refurbishing.time.**",
    "network.sites.*.returns.refurbishing.yields",
    "network.sites.*.returns.independent.rate",
    "network.lanes.*.time.**",
    "network.lanes.*.cost",
    "service.rules.*.returns.rate",
    "service.rules.*.returns.lag.**",
    "service.rules.*.returns.part",
    "service.rules.*.returns.damaged",
    "service.rules.*.returns.late",
    "service.rules.*.returns.exchange",
    "service.rules.*.returns.authorisation.time.**",
    "service.rules.*.returns.authorisation.refused",
    "service.rules.*.returns.transport.**",
    "service.rules.*.returns.fraud.*",
    "service.rules.*.alternatives.*",
    "service.overrides.*.rate",
    "service.reservation.cancelled",
    "service.mistakes.complaint",
    "service.mistakes.short_payment",
    "service.mistakes.redelivery.**",
    "communication.asking.**",
    "communication.other_contacts",
    "communication.channels.*.handling.**",
    "communication.channels.*.patience.**",
    "communication.channels.*.redial",
    "after_sales.first_time_fix",
    "after_sales.installed.*.failure.**",
    "after_sales.installed.*.repair.**",
    "after_sales.installed.*.parts.*",
    "after_sales.technicians.*.travel.**",
    "after_sales.parts.*.lead_time.**",
    "after_sales.parts.*.repair.time.**",
    "after_sales.parts.*.repair.condemned",
    "goodwill.*.experience.*",
    "goodwill.*.half_life",
    "goodwill.*.elasticity",
    "goodwill.*.acquisition.rate",
    "satisfaction.*",
    "satisfaction.survey.response_rate",
    "satisfaction.survey.response_bias.*",
    "costs.**",
)
"""What is varied where nobody says: behaviour, demand, lead and working times, errors, cost rates.

`*` is any one step and `**` any further ones; what differs in a step `+` only is one input and moves together.
"""
DECIDED = frozenset(
    {
        "target",
        "targets",
        "promise",
        "stock",
        "staff",
        "waves",
        "allocation",
        "stockout",
        "contracts",
        "priority",
        "price",
        "repromise",
        "window",
        "express",
        "when",
        "popularity",
    }
)
"""Steps of what is decided, or is no quantity of its own: an assumption about a whole section does not mean these."""
_LEAF = re.compile(rf"{NUMBER}\s*((?:%|[a-z]+)?(?:\s*per [a-z]+)*)")

Steps = tuple[Part, ...]


@dataclass(frozen=True)
class Input:
    """One input: the paths that it sets, each with its range; they move together."""

    name: str
    ranges: Mapping[str, Range]
    said: str
    """Its range, in words."""
    assumed: str = ""
    """The scenario's reason why this was assumed; "" where it says none."""

    def at(self, share: float) -> Values:
        """What is set at a share of the way from low (0) to high (1)."""
        return {path: span.at(share) for path, span in self.ranges.items()}


def named(given: Mapping[str, Varied]) -> list[Input]:
    """Inputs with ranges of their own.

    Errors: DesignError for a list of values.
    """
    lists = [path for path, span in given.items() if isinstance(span, Choice)]
    if lists:
        raise DesignError(f"{', '.join(lists)}: a range is expected, such as 0.8..1.2; lists of values are for a sweep")
    return [Input(path, {path: span}, str(span)) for path, span in given.items() if isinstance(span, Range)]


def assumed_inputs(scenario: Scenario, spread: float = SPREAD) -> tuple[list[Input], dict[str, str]]:
    """What a scenario leaves open, each a fifth (`spread`) down and up: behaviour, times, errors, costs, assumptions.

    What the scenario states is varied, and those of its defaults that say that they are assumed. Also found: inputs
    that cannot be moved that far, such as one of several shares that add to 1, each with the reason.
    """
    assumptions = {tuple(_pattern(path)): why for path, why in scenario.assumptions.items()}
    groups, reasons = dict[str, dict[Steps, Plain]](), dict[str, str]()
    for way, value in leaves(scenario.source):
        why = next((why for pattern, why in assumptions.items() if matches(way, (*pattern, "**"))), "")
        name = next((found for pattern in DEFAULT if (found := _group(way, pattern.split(".")))), "")
        if not name and why and not DECIDED.intersection(way):
            name = _group(way, ["products", "+", *["*"] * (len(way) - 2)]) or dotted(way)
        if name and "empirical" not in way and way[-1] != "minimum":  # weights, and bounds
            groups.setdefault(name, {})[way], reasons[name] = value, why
    for each in assumed_defaults(scenario):
        for way, value in leaves({str(each.path[-1]): each.value}, each.path[:-1]):
            groups[dotted(way)], reasons[dotted(way)] = {way: value}, each.why
    inputs, left_out = [], dict[str, str]()
    for name, members in groups.items():
        fitted = _fitted(scenario, name, members, spread, reasons[name])
        if isinstance(fitted, Input):
            inputs.append(fitted)
        elif fitted:
            left_out[name] = fitted
    return inputs, left_out


def leaves(value: Plain, way: Steps = ()) -> Iterator[tuple[Steps, Plain]]:
    """The quantities of plain data: numbers, and texts that are a number with its unit."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*way, key))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from leaves(each, (*way, place))
    elif quantity(value) is not None:
        yield way, value


def quantity(value: Plain) -> tuple[float, str] | None:
    """A number and its unit.

    >>> quantity("20 % per year"), quantity(0.5), quantity("16:30"), quantity(True)
    ((20.0, '% per year'), (0.5, ''), None, None)
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value), ""
    found = _LEAF.fullmatch(value) if isinstance(value, str) else None
    return (float(found[1]), found[2]) if found and found[2] else None


def _pattern(path: str) -> list[str]:
    try:
        return [str(step) for step in steps(path)]
    except ValueError:  # an assumption may name what is no path
        return [path]


def matches(way: Steps, pattern: tuple[str, ...] | list[str]) -> bool:
    """Whether a way through a scenario is meant by a pattern.

    >>> matches(("costs", "labour", "picking"), ["costs", "**"]), matches(("costs",), ["costs", "*"])
    (True, False)
    """
    for place, step in enumerate(pattern):
        if step == "**":
            return True
        if place >= len(way) or (step not in "*+" and step != str(way[place])):
            return False
    return len(way) == len(pattern)


def _group(way: Steps, pattern: list[str]) -> str:
    """The name of the input that a way belongs to; "" if the pattern does not mean it.

    >>> _group(("products", "mug", "cost"), ["products", "+", "cost"])
    'products.*.cost'
    """
    if not matches(way, pattern):
        return ""
    return dotted(["*" if place < len(pattern) and pattern[place] == "+" else step for place, step in enumerate(way)])


def _fitted(scenario: Scenario, name: str, members: Mapping[Steps, Plain], spread: float, why: str) -> Input | str:
    """An input whose both ends the scenario takes; or the reason why there is none, "" for a value of 0."""
    fault = ""
    for span_of in (_relative, _up_to_one):
        ranges = {dotted(way): span for way, value in members.items() if (span := span_of(value, spread))}
        if not ranges:
            continue
        said = str(*ranges.values()) if len(ranges) == 1 else f"{len(ranges)} values, ±{100 * spread:g} %"
        found = Input(name, ranges, said, why)
        try:
            variants(scenario, [found.at(0.0), found.at(1.0)])
        except ScenarioError as error:
            fault = error.problems[0].message
        else:
            return found
    return fault


def _relative(value: Plain, spread: float) -> Range | None:
    number, unit = quantity(value) or (0.0, "")
    return Range(number * (1 - spread), number * (1 + spread), unit) if number > 0 else None


def _up_to_one(value: Plain, spread: float) -> Range | None:
    """A share, which ends at 1."""
    number, unit = quantity(value) or (0.0, "")
    most = {"": 1.0, "%": 100.0}.get(unit)
    return Range(number * (1 - spread), min(number * (1 + spread), most), unit) if most and 0 < number <= most else None
