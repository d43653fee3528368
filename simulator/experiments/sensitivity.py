"""Which inputs matter: what their uncertainty does to KPIs, with the same random numbers at every point."""

import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.drawing.plain_text import visible
from simulator.experiments import effects
from simulator.experiments.answer import Answer
from simulator.experiments.arguments import Given, between, confidence_of, kpis_of, scenario_of, whole
from simulator.experiments.effects import Effect, Method
from simulator.experiments.executors import Workers
from simulator.experiments.inputs import SPREAD, Input, assumed_inputs, named
from simulator.experiments.intervals import CONFIDENCE
from simulator.experiments.provenance import record
from simulator.experiments.ranges import MOST, DesignError, Values, Varied, varied
from simulator.experiments.replicate import Progress
from simulator.experiments.result import Result
from simulator.experiments.store import Store
from simulator.experiments.sweep import play_all, variants
from simulator.replication.measure import catalogue
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd


TRAJECTORIES, POINTS = 10, 64
"""Of a Morris and a Sobol design, where nobody says."""
SHOWN = 6
"""So many points that never settle are named."""
NOISY = 0.05
"""A share of noise in the variance that is worth a warning."""


class Unfinished(Exception):  # noqa: N818
    """An analysis was stopped before all of its points were played; the message says why."""


@dataclass(frozen=True, repr=False)
class Sensitivity(Answer):
    """What came out: for each KPI the effects of the inputs, the largest first."""

    scenario: Scenario
    method: Method
    inputs: list[Input]
    left_out: dict[str, str]
    """Inputs of the default set that could not be moved, with the reason."""
    points: int
    replications: int
    effects: dict[str, list[Effect]]
    """By KPI."""
    noise: dict[str, float]
    """By KPI the share of the variance between points that is noise of the replications."""
    base: dict[str, float]
    """By KPI the value of the scenario as it is; nan where it was not played."""
    notes: list[str] = field(default_factory=list)
    unstable: dict[str, set[str]] = field(default_factory=dict)
    """Of a tornado by input the measures that rest on a point that never settles: they depend on the length of the
    run."""

    def says(self) -> str:
        """The inputs that matter most, by KPI."""
        found = [f"{kpi}: {', '.join(each.input for each in some[:3])}" for kpi, some in self.effects.items()]
        return f"{visible(self.scenario.name)}, {self.method}; {'; '.join(found)}"

    def input(self, name: str) -> Input:
        """An input by its name."""
        return next(each for each in self.inputs if each.name == name)

    @property
    def table(self) -> "pd.DataFrame":
        """One row for each KPI, input and measure."""
        import pandas as pd

        rows = [
            (kpi, each.input, self.input(each.input).said, measure, found.point, found.low, found.high)
            for kpi, some in self.effects.items()
            for each in some
            for measure, found in each.measures.items()
        ]
        return pd.DataFrame(rows, columns=["kpi", "input", "range", "measure", "value", "low", "high"])

    def as_json(self) -> dict[str, Any]:
        """The analysis as plain data."""
        return {
            "provenance": record(self.scenario),
            "method": self.method,
            "points": self.points,
            "replications": self.replications,
            "left_out": self.left_out,
            "inputs": [{"input": each.name, "range": each.said, "assumed": each.assumed} for each in self.inputs],
            "kpis": [
                {
                    "kpi": kpi,
                    "unit": catalogue()[kpi].unit,
                    "base": _known(self.base[kpi]),
                    "noise": _known(self.noise[kpi]),
                    "effects": [
                        {"input": each.input, "unstable": sorted(self.unstable.get(each.input, ())), **_plain(each)}
                        for each in some
                    ],
                }
                for kpi, some in self.effects.items()
            ],
        }


def _plain(effect: Effect) -> dict[str, Any]:
    measures = {
        measure: {"value": _known(found.point), "low": _known(found.low), "high": _known(found.high)}
        for measure, found in effect.measures.items()
    }
    return {"input": effect.input, **measures}


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def sensitivity(
    scenario: Given,
    inputs: Mapping[str, Varied | tuple[Any, Any]] | None = None,
    *,
    method: Method = "tornado",
    kpis: str | Sequence[str] = ("total_cost",),
    points: int | None = None,
    replications: int = 10,
    spread: float = SPREAD,
    confidence: float = CONFIDENCE,
    workers: Workers = None,
    scheduler: str | None = None,
    executor: Executor | None = None,
    store: str | Path | Store = "",
    progress: Progress | None = None,
    yes: bool = False,
) -> Sensitivity:
    """Move the inputs of a scenario and see what that does to KPIs.

    `inputs` gives a range for each path, such as (0.8, 1.2) or ("1 day", "3 days"); where it is left out, what the
    scenario assumes is moved by `spread`, a fifth, both ways. `method` is "tornado" (one at a time), "morris" with
    `points` trajectories (10) or "sobol" with `points` base points (64). The rest is as for `run`.

    Errors: DesignError for what cannot be done so; ScenarioError with the problems of all points, before anything is
    played; KeyError for an unknown KPI; Unfinished; StoreError; ExecutorError.
    """
    kpis, confidence = kpis_of(kpis), confidence_of(confidence)
    replications = whole("replications", replications, 2, hint="or noise cannot be told from effects")
    points = None if points is None else whole("points", points, 2)
    _check(spread, points, method)
    base = scenario_of(scenario)
    given = None if inputs is None else named({path: varied(each) for path, each in inputs.items()})
    chosen, left_out = (given, {}) if given is not None else assumed_inputs(base, spread)
    if not chosen:
        raise DesignError(f"{base.name} has no input to vary: name one, such as costs.order=1..3 (--input)")
    names = [each.name for each in chosen]
    design = _design(method, names, points, base.run.seed)
    asked = [_values(chosen, row) for row in design]
    results, stopped = play_all(
        variants(base, asked),
        replications,
        workers=workers,
        scheduler=scheduler,
        executor=executor,
        store=store,
        progress=progress,
        yes=yes,
    )
    played = [result for result in results if result is not None and result.replications >= replications]
    if len(played) < len(results):
        raise Unfinished(stopped)
    outputs = {kpi: _outputs(played, kpi) for kpi in dict.fromkeys(kpis)}
    noise = {kpi: effects.noise_share(found) for kpi, found in outputs.items()}
    return Sensitivity(
        base,
        method,
        chosen,
        left_out,
        len(design),
        replications,
        {kpi: _effects(method, names, design, found, confidence, base.run.seed) for kpi, found in outputs.items()},
        noise,
        {kpi: float(found[0].mean()) if method == "tornado" else math.nan for kpi, found in outputs.items()},
        [*_notes(method, points, noise, replications), *_unstable(asked, played)],
        _ends_unstable(names, played) if method == "tornado" else {},
    )


def _ends_unstable(names: Sequence[str], played: Sequence[Result]) -> dict[str, set[str]]:
    """Which ends of which inputs never settle; the swing where one does, all where the scenario as it is does not."""
    lost = [bool(each.never_settles) for each in played]
    found: dict[str, set[str]] = {}
    for place, name in enumerate(names):
        low, high = (lost[0] or each for each in lost[1 + 2 * place : 3 + 2 * place])
        marked = {"low": low, "high": high, "swing": low or high}
        if low or high:
            found[name] = {measure for measure, there in marked.items() if there}
    return found


def _check(spread: float, points: int | None, method: str) -> None:
    if method not in ("tornado", "morris", "sobol"):
        raise DesignError(f"method: tornado, morris or sobol; found {method!r}")
    between("spread", spread, 0, 1, "0.2")
    if points is not None and method == "tornado":
        raise DesignError("points: a tornado has two for each input")


def _design(method: Method, names: Sequence[str], points: int | None, seed: int) -> np.ndarray:
    total = {
        "tornado": 1 + 2 * len(names),
        "morris": (points or TRAJECTORIES) * (len(names) + 1),
        "sobol": (points or POINTS) * (len(names) + 2),
    }[method]
    if total > MOST:
        raise DesignError(f"{total:,} points are too many (at most {MOST:,}): name fewer inputs (--input) or --points")
    if method == "tornado":
        return effects.tornado_design(len(names))
    if method == "morris":
        return effects.morris_design(names, points or TRAJECTORIES, seed)
    return effects.sobol_design(names, points or POINTS, seed)


def _values(inputs: Sequence[Input], row: np.ndarray) -> Values:
    """What is set at a point; an input that is nan stays as it is."""
    found: Values = {}
    for each, share in zip(inputs, row.tolist(), strict=True):
        if math.isfinite(share):
            found |= each.at(share)
    return found


def _outputs(results: Sequence[Result], kpi: str) -> np.ndarray:
    """A KPI: points x replications that have it at every point.

    Errors: DesignError for a KPI that a point does not have.
    """
    if any(kpi not in result.kpi_names for result in results):
        raise DesignError(f"{kpi} is not measured at every point")
    found = np.array([result.sample(kpi).linear() for result in results])
    known = np.isfinite(found).all(axis=0)
    if known.sum() < 2:
        raise DesignError(f"too few replications have {kpi} at every point")
    return found[:, known]


def _effects(
    method: Method, names: Sequence[str], design: np.ndarray, outputs: np.ndarray, confidence: float, seed: int
) -> list[Effect]:
    if method == "tornado":
        return effects.tornado(names, outputs, confidence)
    if method == "morris":
        return effects.morris(names, design, outputs, confidence, seed)
    return effects.sobol(names, outputs, confidence, seed)


def _unstable(asked: Sequence[Values], played: Sequence[Result]) -> Iterator[str]:
    """The points that never settle: what an input does there depends on the length of the run."""
    lost = [
        (values, result.never_settles) for values, result in zip(asked, played, strict=True) if result.never_settles
    ]
    for values, why in lost[:SHOWN]:
        said = ", ".join(f"{path}={value}" for path, value in values.items()) or "the scenario as it is"
        yield f"unstable, so that its effects depend on the length of the run: {said}: {why}"
    if len(lost) > SHOWN:
        yield f"{len(lost) - SHOWN} more points never settle"


def _notes(method: Method, points: int | None, noise: Mapping[str, float], replications: int) -> list[str]:
    found = []
    if method == "sobol" and points and points & (points - 1):
        found.append(f"{points} points of a Sobol sequence are not balanced: a power of two is")
    if method == "sobol":
        found += [
            f"{kpi}: {100 * share:.0f} % of the variance between points is noise of {replications} replications, "
            "which the total indices count as interaction: play more"
            for kpi, share in noise.items()
            if share > NOISY
        ]
    return found
