"""Which points to play: a grid, a Latin hypercube, or a Sobol sequence."""

import math
import warnings
from collections.abc import Mapping
from itertools import product
from typing import Literal

import numpy as np

from simulator.experiments.ranges import Choice, DesignError, Varied
from simulator.scenario.reading.nodes import Plain

Design = Literal["grid", "lhs", "sobol"]
Values = dict[str, Plain]
"""Of a point: by path."""
MOST = 20_000
"""Points of a sweep."""
LEVELS = 5
"""Values of a range in a grid, where nobody says."""


def design_points(vary: Mapping[str, Varied], design: Design, count: int | None, seed: int) -> list[Values]:
    """The points of a design, each once.

    A grid has every combination, `count` values of each range (5 where left out) and every value of each list. The
    other two spread `count` points over the ranges evenly, by luck that the seed decides; a list is split into parts
    of equal size.

    Errors: DesignError for nothing to vary, too few or too many points, or a count that says nothing.
    """
    if not vary:
        raise DesignError("nothing is varied: name a path with its values, such as costs.order=1,2,4")
    if count is not None and not 2 <= count <= MOST:
        raise DesignError(f"points: 2 to {MOST:,}; found {count}")
    if design == "grid":
        found = _grid(vary, count)
    elif count is None:
        raise DesignError(f"how many points? A {NAMES[design]} has no number of its own (--points)")
    else:
        found = [dict(zip(vary, (each.at(share) for each, share in zip(vary.values(), row, strict=True)), strict=True))
                 for row in unit_cube(design, len(vary), count, seed).tolist()]  # fmt: skip
    return list({repr(values): values for values in found}.values())


NAMES = {"grid": "grid", "lhs": "Latin hypercube", "sobol": "Sobol sequence"}


def _grid(vary: Mapping[str, Varied], count: int | None) -> list[Values]:
    if count is not None and all(isinstance(each, Choice) for each in vary.values()):
        raise DesignError("points: a grid of lists has every combination of their values; leave the number out")
    levels = [each.levels(count or LEVELS) for each in vary.values()]
    total = math.prod(map(len, levels))
    if total > MOST:
        raise DesignError(f"a grid of {total:,} points is too large (at most {MOST:,}): name fewer values, or spread "
                          "points with a Latin hypercube (--design lhs --points N)")  # fmt: skip
    return [dict(zip(vary, values, strict=True)) for values in product(*levels)]


def unit_cube(design: Design, dimensions: int, count: int, seed: int) -> np.ndarray:
    """Points spread evenly over the unit cube: count x dimensions, each from 0 to below 1.

    Source: scipy.stats.qmc; Owen scrambling of Sobol points.
    """
    from scipy.stats import qmc

    rng = np.random.default_rng(seed)
    if design == "lhs":
        return qmc.LatinHypercube(dimensions, seed=rng).random(count)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # `warning` says it in our words
        return qmc.Sobol(dimensions, scramble=True, seed=rng).random(count)


def warning(design: Design, count: int | None) -> str:
    """What is odd about a design that can be played; "" if nothing is.

    >>> warning("sobol", 12)
    '12 points of a Sobol sequence are not balanced: a power of two is, such as 8 or 16'
    """
    if design != "sobol" or not count or count & (count - 1) == 0:
        return ""
    below = 1 << (count.bit_length() - 1)
    return f"{count} points of a Sobol sequence are not balanced: a power of two is, such as {below} or {2 * below}"
