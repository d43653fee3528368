"""Queues with one or more like servers, served first come, first served, with room for everybody: M/M/c."""

import math
from typing import NamedTuple

from simulator.theory.erlang import erlang_c


class Queue(NamedTuple):
    """Long-run measures of a queue; times in the unit of time of the rates."""

    utilisation: float
    """share of the time that a server is busy"""
    waiting_share: float
    """share of arrivals that have to wait"""
    queue_time: float
    """mean wait before service, over all arrivals"""
    time_in_system: float
    """mean wait and service together"""
    queue_length: float
    """mean number waiting"""
    in_system: float
    """mean number waiting or in service"""


def markovian_queue(arrival_rate: float, service_rate: float, servers: int = 1) -> Queue:
    """Poisson arrivals, exponential service, like servers: M/M/c.

    `service_rate` is that of one server.

    Errors: a rate that is not positive; arrivals that outrun the servers, as no long run exists.
    Source: Gross, Shortle, Thompson & Harris (2008), sections 2.2 and 2.3.

    >>> desk = markovian_queue(arrival_rate=8, service_rate=10)
    >>> round(desk.utilisation, 3), round(desk.queue_time, 3), round(desk.in_system, 3)
    (0.8, 0.4, 4.0)
    """
    spare = _spare(arrival_rate, service_rate, servers)
    waits = erlang_c(servers, arrival_rate / service_rate)
    wait = waits / spare
    return Queue(
        utilisation=arrival_rate / (servers * service_rate),
        waiting_share=waits,
        queue_time=wait,
        time_in_system=wait + 1 / service_rate,
        queue_length=arrival_rate * wait,
        in_system=arrival_rate * (wait + 1 / service_rate),
    )


def waits_longer(time: float, arrival_rate: float, service_rate: float, servers: int = 1) -> float:
    """Share of arrivals that wait longer than `time` before service begins.

    Source: Gross, Shortle, Thompson & Harris (2008), section 2.3.

    >>> round(waits_longer(0.25, arrival_rate=12, service_rate=5, servers=3), 4)
    0.3057
    """
    spare = _spare(arrival_rate, service_rate, servers)
    if time < 0:
        return 1.0
    return erlang_c(servers, arrival_rate / service_rate) * math.exp(-spare * time)


def stays_longer(time: float, arrival_rate: float, service_rate: float, servers: int = 1) -> float:
    """Share of arrivals that spend longer than `time` waiting and in service.

    Source: Gross, Shortle, Thompson & Harris (2008), section 2.3: service, and with Erlang C's
    probability an exponential wait before it.

    >>> round(stays_longer(0.5, arrival_rate=12, service_rate=5, servers=3), 4)
    0.3103
    """
    spare = _spare(arrival_rate, service_rate, servers)
    if time < 0:
        return 1.0
    waits = erlang_c(servers, arrival_rate / service_rate)
    served = math.exp(-service_rate * time)
    gap = abs(service_rate - spare)
    between = time if gap == 0 else -math.expm1(-gap * time) / gap  # expm1 stays exact as the two rates meet
    return served + waits * service_rate * math.exp(-min(spare, service_rate) * time) * between


def stay_quantile(share: float, arrival_rate: float, service_rate: float, servers: int = 1) -> float:
    """The time within which a share of arrivals have been served, such as 0.95 for the 95th percentile.

    Errors: a share that is not above 0 and below 1.

    >>> round(stay_quantile(0.95, arrival_rate=8, service_rate=10), 3)
    1.498
    """
    if not 0 < share < 1:
        raise ValueError(f"a share above 0 and below 1 is expected; found {share}")
    low, high = 0.0, 1 / service_rate
    while stays_longer(high, arrival_rate, service_rate, servers) > 1 - share:
        low, high = high, 2 * high
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        late = stays_longer(middle, arrival_rate, service_rate, servers) > 1 - share
        low, high = (middle, high) if late else (low, middle)
    return high


def _spare(arrival_rate: float, service_rate: float, servers: int) -> float:
    """Capacity that arrivals leave free, per unit of time."""
    if arrival_rate <= 0 or service_rate <= 0 or servers < 1:
        raise ValueError(f"rates and servers are positive; found {arrival_rate}, {service_rate} and {servers}")
    if arrival_rate >= servers * service_rate:
        raise ValueError(
            f"{arrival_rate} arrivals outrun {servers} servers of {service_rate} each: the queue grows for ever"
        )
    return servers * service_rate - arrival_rate
