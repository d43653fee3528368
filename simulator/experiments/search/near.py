"""A near search: the neighbours of the best point, at strides that are halved, until none of them is better."""

from collections.abc import Iterator
from itertools import permutations

from simulator.experiments.search.space import Places, Space
from simulator.experiments.search.tried import BATCH, Tried

WIDEST = 8
"""The first stride is this part of a range."""


def near(tried: Tried) -> bool:
    """Move from the best point to better neighbours; whether all neighbours at the least stride were tried.

    First one decision at a time, then one up as another goes down, which leads along a constraint. Source: pattern
    search (Hooke and Jeeves 1961); that the end has no better neighbour is what COMPASS looks for (Hong and Nelson
    2006, Operations Research 54).
    """
    stride = WIDEST
    while True:
        start = tried.nearest
        if start is None:
            return False
        if all(not _moved(tried, list(moves(tried.space, start.places, stride))) for moves in (alone, against)):
            if all(axis.count // stride <= 1 for axis in tried.space.axes):
                return True
            stride *= 2
        elif not tried.left:
            return False


def _moved(tried: Tried, neighbours: list[Places]) -> bool:
    """Try neighbours as long as points may be tried: whether one is better, or none may be tried any more."""
    start = tried.nearest
    new = [places for places in neighbours if not tried.knows(places)]
    for first in range(0, len(new), BATCH):
        if not tried.left:
            return True
        tried.play(new[first : first + min(BATCH, tried.left)])
        if tried.nearest is not start:
            return True
    return False


def alone(space: Space, places: Places, stride: int) -> Iterator[Places]:
    """Neighbours by one decision."""
    for axis in space.axes:
        for step in _steps(axis.count, stride):
            if 0 <= places[axis.path] + step < axis.count:
                yield places | {axis.path: places[axis.path] + step}


def against(space: Space, places: Places, stride: int) -> Iterator[Places]:
    """Neighbours by two decisions, one up and one down."""
    for up, down in permutations(space.axes, 2):
        high, low = places[up.path] + _steps(up.count, stride)[1], places[down.path] + _steps(down.count, stride)[0]
        if high < up.count and low >= 0:
            yield places | {up.path: high, down.path: low}


def _steps(count: int, stride: int) -> tuple[int, int]:
    """Down and up, at a part of so many values."""
    step = max(1, count // stride)
    return -step, step
