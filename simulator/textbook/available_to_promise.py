"""Available to promise: what of a course of stock can be promised, from which time on, and by bucket."""

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

DUST = 1e-9
"""Units that are a rounding: a tenth and two tenths are three."""
Part = tuple[float, float]
"""A time, and units that can be had from then on."""


def parts(units: float, times: Sequence[float], levels: Sequence[float]) -> list[Part]:
    """When how much of some units can be had, if stock stands at these levels from these times on.

    At each time it is the least level of all times to come, so that nothing later is missing: look-ahead available to
    promise. What can never be had comes at an infinite time.

    >>> parts(30, [0, 1, 2, 3], [31, 11, 81, 77])
    [(0, 11.0), (2, 19)]
    >>> parts(30.0, [0, 1], [31.0, 11.0])
    [(0, 11.0), (inf, 19.0)]
    """
    least = list(accumulate(reversed(levels), min))
    found: list[Part] = []
    had = 0.0
    for time, level in zip(times, reversed(least), strict=True):
        if level > had + DUST:
            level = units if level > units - DUST else level
            found.append((time, level - had))
            had = level
            if had == units:
                return found
    return [*found, (math.inf, units - had)]


def dealt(found: Sequence[Part], wanted: Sequence[float]) -> list[list[Part]]:
    """What is had by time, dealt out to several who want some of it, the first of them first.

    >>> dealt([(0, 11), (2, 19)], [5, 25])
    [[(0, 5)], [(0, 6), (2, 19)]]
    """
    left, shares = list(reversed(found)), []
    for units in wanted:
        share: list[Part] = []
        while units > 0 and left:
            at, some = left.pop()
            mine = min(units, some)
            share.append((at, mine))
            units -= mine
            if some > mine:
                left.append((at, some - mine))
        shares.append(share)
    return shares


def margin(mean: float, variance: float, share: float) -> float:
    """What a quote that a share keeps to adds to the mean of a time, taken for a gamma time: exact for the sum of equal
    exponential times.

    >>> round(margin(1.0, 1.0, 0.95), 3), margin(5.0, 0.0, 0.95)
    (1.996, 0.0)
    """
    from scipy.special import gammaincinv

    return float(gammaincinv(mean**2 / variance, share)) * variance / mean - mean if variance > 0 else 0.0


class Bucket(NamedTuple):
    """What a bucket of time holds, in units."""

    receipts: float
    commitments: float
    discrete: float
    """Of what comes in this bucket (in the first: and is on hand), what no commitment needs up to the next receipt."""
    cumulative: float
    """Discrete, of this bucket and all before it."""
    look_ahead: float
    """What can be had in this bucket so that no later commitment lacks it."""
    projected: float
    """Projected available: on hand at the end of the bucket, if all goes as planned."""


def buckets(on_hand: float, receipts: Sequence[float], commitments: Sequence[float]) -> list[Bucket]:
    """Available to promise by bucket.

    Each receipt answers for the commitments up to the next one; what it lacks is taken off the receipts before it.

    >>> [(int(each.discrete), int(each.cumulative)) for each in buckets(64, [0, 0, 70, 0], [33, 20, 10, 4])]
    [(11, 11), (0, 11), (56, 67), (0, 67)]
    """
    size = len(receipts)
    sources = [on_hand + receipts[0], *receipts[1:]] if size else []
    discrete, asked = [0.0] * size, 0.0
    for place in reversed(range(size)):
        asked += commitments[place]
        if sources[place] > 0 or not place:
            discrete[place] = max(0.0, sources[place] - asked) if place else sources[place] - asked
            asked = max(0.0, asked - sources[place])
    projected = list(accumulate(come - go for come, go in zip(sources, commitments, strict=True)))
    least = list(accumulate(reversed(projected), min))[::-1]
    return [
        Bucket(*row)
        for row in zip(receipts, commitments, discrete, accumulate(discrete), least, projected, strict=True)
    ]
