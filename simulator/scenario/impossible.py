"""Commitments that the network cannot keep, even if nobody queues and everything is in stock."""

from collections.abc import Iterator

import numpy as np

from simulator.scenario.contracts import Contract
from simulator.scenario.errors import At
from simulator.scenario.reach import Reach
from simulator.scenario.shortest_cycle import shortest_cycle
from simulator.units import DAY

MOMENT = 1e-5
MEANS = "from order entry to delivery, with everything in stock and nobody queueing"


def impossible(policy: Reach) -> Iterator[At]:
    """Fixed promises, and times in agreements, that are shorter than the shortest possible cycle."""
    for place, rule in enumerate(policy.rules):
        time = rule.promise.standing_time if rule.promise is not None else None
        if time is not None:
            written = ("promise", "time") if hasattr(rule.promise, "time") else ("promise",)
            for said in _cannot(policy, policy.decides(place, "promise"), time):
                yield At(("service", "rules", place, *written), said, MEANS)
    for name, contract in policy.scenario.service.contracts.items():
        if contract.within is not None:
            for said in _cannot(policy, _covered(policy, contract), contract.within):
                yield At(("service", "contracts", name, "within"), said, MEANS)


def _covered(policy: Reach, contract: Contract) -> np.ndarray:
    """The kinds of orders that an agreement may cover; customers are not told apart."""
    segments, channels = contract.covers.segment, contract.covers.channel
    return np.array([
        (segments is None or kind.segment in segments)
        and (channels is None or kind.channel is None or kind.channel in channels)
        for kind in policy.kinds.all
    ])  # fmt: skip


def _cannot(policy: Reach, where: np.ndarray, time: float) -> Iterator[str]:
    """What is wrong with a time for some kinds of orders, site by site."""
    scenario = policy.scenario
    sites = {name: segment.site or next(iter(scenario.network.sites))
             for name, segment in scenario.market.segments.items()}  # fmt: skip
    site_of = np.array([sites[kind.segment] for kind in policy.kinds.all])
    for site in dict.fromkeys(site_of[where].tolist()):
        shortest = min(_shortest(policy, where & (site_of == site), site, time))
        if time < shortest - MOMENT:
            yield f"{_lasting(time)} cannot be kept: the shortest possible cycle at {site} is {_lasting(shortest)}"


def _shortest(policy: Reach, where: np.ndarray, site: str, enough: float) -> Iterator[float]:
    """The shortest cycle for some orders of a site, by what the policy says of express transit."""
    left, segments = where, {policy.kinds.all[row].segment for row in np.flatnonzero(where).tolist()}
    for place, rule in enumerate(policy.rules):
        faster = policy.decides(place, "express") & where
        if rule.express is not None and faster.any():
            yield shortest_cycle(policy.scenario, site, segments, express=rule.express.time, enough=enough)
            left = left & ~(faster & ~policy.by_override(place))
    if left.any():
        yield shortest_cycle(policy.scenario, site, segments, enough=enough)


def _lasting(hours: float) -> str:
    """A duration in words.

    >>> _lasting(0.25), _lasting(30.0), _lasting(60.0)
    ('15 min', '30 h', '2.5 days')
    """
    if hours < 1:
        return f"{hours * 60:.3g} min"
    return f"{hours:.3g} h" if hours < 2 * DAY else f"{hours / DAY:.3g} days"
