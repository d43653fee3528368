"""Inputs of a sensitivity analysis: those named, or those that a scenario only assumes, each with its range."""

import math
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

import numpy as np

from simulator.experiments.intervals import CONFIDENCE, Interval, mean_interval
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


Method = Literal["tornado", "morris", "sobol"]
LEVELS = 4
"""Values of each input in a Morris design."""
RESAMPLES = 500
"""Of the bootstrap behind the intervals of indices."""


@dataclass(frozen=True)
class Effect:
    """What one input does to one output."""

    input: str
    measures: dict[str, Interval]
    """Tornado: low and high (change against the base) and swing. Morris: size (mean of the absolute elementary
    effects), direction (their mean; the interval is what the replications leave open) and spread (their standard
    deviation). Sobol: first and total index."""


def salib(part: str) -> Any:
    """A module of SALib.

    Errors: DesignError if it is not installed.
    """
    try:
        return import_module(f"SALib.{part}")
    except ImportError as error:
        raise DesignError("Morris and Sobol need SALib: pip install SALib") from error


def tornado_design(inputs: int) -> np.ndarray:
    """The base (nan: as it is), then the low and the high end of each input alone; points x inputs."""
    found = np.full((1 + 2 * inputs, inputs), np.nan)
    for place in range(inputs):
        found[1 + 2 * place, place], found[2 + 2 * place, place] = 0.0, 1.0
    return found


def tornado(names: Sequence[str], outputs: np.ndarray, confidence: float = CONFIDENCE) -> list[Effect]:
    """Changes of a `tornado_design`, paired by replication, the widest swing first."""
    found = []
    for place, name in enumerate(names):
        low, high = outputs[1 + 2 * place], outputs[2 + 2 * place]
        changes = {"low": low - outputs[0], "high": high - outputs[0], "swing": high - low}
        found.append(Effect(name, {key: mean_interval(value, confidence) for key, value in changes.items()}))
    return _ranked(found, "swing")


def problem(names: Sequence[str]) -> dict[str, Any]:
    """The inputs as SALib wants them, each from 0 to 1."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def morris_design(names: Sequence[str], trajectories: int, seed: int) -> np.ndarray:
    """Walks through the inputs, one step of each: trajectories x (inputs + 1) points."""
    found: np.ndarray = salib("sample.morris").sample(problem(names), trajectories, num_levels=LEVELS, seed=_seed(seed))
    return found


def morris(
    names: Sequence[str], design: np.ndarray, outputs: np.ndarray, confidence: float = CONFIDENCE, seed: int = 1
) -> list[Effect]:
    """Elementary effects of moving an input over its whole range, the largest first.

    The interval of the size is a bootstrap over trajectories. Source: Morris 1991; Campolongo et al. 2007.
    """

    def analysed(values: np.ndarray) -> Any:
        return salib("analyze.morris").analyze(
            problem(names),
            design,
            values,
            num_resamples=RESAMPLES,
            conf_level=confidence,
            num_levels=LEVELS,
            seed=_seed(seed),
        )

    whole, runs = analysed(outputs.mean(axis=1)), outputs.shape[1]
    each = np.array([analysed(outputs[:, run])["mu"] for run in range(runs)]) if runs > 1 else None
    found, trajectories = [], len(design) // (len(names) + 1)
    for place, name in enumerate(names):
        size, half = float(whole["mu_star"][place]), float(whole["mu_star_conf"][place])
        mean, sigma = float(whole["mu"][place]), float(whole["sigma"][place])
        direction = mean_interval(each[:, place], confidence) if each is not None else _alone(mean)
        found.append(
            Effect(
                name,
                {
                    "size": Interval(size, size - half, size + half, "", trajectories),
                    "direction": direction,
                    "spread": _alone(sigma),
                },
            )
        )
    return _ranked(found, "size")


def sobol_design(names: Sequence[str], points: int, seed: int) -> np.ndarray:
    """Saltelli's scheme: points x (inputs + 2) rows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of numbers of points: said in our words
        found: np.ndarray = salib("sample.sobol").sample(
            problem(names), points, calc_second_order=False, seed=_seed(seed)
        )
    return found


def sobol(names: Sequence[str], outputs: np.ndarray, confidence: float = CONFIDENCE, seed: int = 1) -> list[Effect]:
    """First and total Sobol indices of the mean over replications, the largest total first.

    The intervals are bootstraps over points. Source: Saltelli et al. 2010; Jansen 1999.
    """
    means = outputs.mean(axis=1)
    if not np.ptp(means) > 0:
        nothing = {"first": _alone(0.0), "total": _alone(0.0)}
        return [Effect(name, nothing) for name in names]
    found = salib("analyze.sobol").analyze(
        problem(names), means, calc_second_order=False, num_resamples=RESAMPLES, conf_level=confidence, seed=_seed(seed)
    )
    count = len(means) // (len(names) + 2)
    indices = {}
    for key, short in (("first", "S1"), ("total", "ST")):
        index, half = (np.asarray(found[f"{short}{end}"], dtype=float) for end in ("", "_conf"))
        ends = zip(index.tolist(), (index - half).tolist(), (index + half).tolist(), strict=True)
        indices[key] = [Interval(value, low, high, "", count) for value, low, high in ends]
    return _ranked(
        [Effect(name, {key: found[place] for key, found in indices.items()}) for place, name in enumerate(names)],
        "total",
    )


def noise_share(outputs: np.ndarray) -> float:
    """How much of the variance between the points' means is noise that more replications would remove.

    Chance that moves all points alike is no noise here: analysis of variance by points and replications; nan for one.

    >>> noise_share(np.array([[1.0, 2.0], [3.0, 4.0]]))
    0.0
    """
    points, runs = outputs.shape
    means = outputs.mean(axis=1)
    between = float(means.var(ddof=1))
    if runs < 2 or not between > 0:
        return math.nan if runs < 2 else 0.0
    rest: np.ndarray = outputs - means[:, None] - outputs.mean(axis=0)[None, :] + outputs.mean()
    noise = float(np.sum(rest**2)) / ((points - 1) * (runs - 1) * runs)
    return float(min(noise / between, 1.0))


def _alone(value: float) -> Interval:
    return Interval(value, math.nan, math.nan, "", 0)


def _ranked(effects: list[Effect], by: str) -> list[Effect]:
    return sorted(effects, key=lambda each: -abs(each.measures[by].point))


def _seed(seed: int) -> int:
    return seed % 2**31  # SALib takes no larger one
