"""What inputs do to outputs: one at a time, Morris' elementary effects, Sobol's indices; their designs and analyses."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

import numpy as np

from simulator.experiments.intervals import CONFIDENCE, Interval, mean_interval
from simulator.experiments.ranges import DesignError

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
