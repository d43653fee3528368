"""Queues with known answers: M/M/c, M/G/1, M/D/1, and Erlang's two formulas."""

import math
from itertools import accumulate
from typing import NamedTuple


def erlang_b(servers: int, load: float) -> float:
    """Share of arrivals lost when nobody may wait: M/G/c/c.

    `load` is the arrival rate times the mean holding time, in erlangs. The law of the holding time
    does not matter, only its mean. With no server everything is lost.

    Errors: a negative load or number of servers.
    Source: Gross, Shortle, Thompson & Harris (2008), section 2.5.

    >>> round(erlang_b(servers=5, load=3), 4)
    0.1101
    """
    if servers < 0 or load < 0:
        raise ValueError(f"servers and load are not negative; found {servers} and {load}")
    lost = 1.0
    for busy in range(1, servers + 1):
        lost = load * lost / (busy + load * lost)
    return lost


def erlang_c(servers: int, load: float) -> float:
    """Share of arrivals that wait when everybody may: M/M/c.

    Where the load is as much as the servers can do, everybody waits and the answer is 1.

    Errors: no server, or a negative load.
    Source: Gross, Shortle, Thompson & Harris (2008), section 2.3.

    >>> round(erlang_c(servers=3, load=2.4), 4)
    0.6472
    """
    if servers < 1:
        raise ValueError(f"a queue needs a server; found {servers}")
    if load >= servers:
        return 1.0
    lost = erlang_b(servers, load)
    return lost / (1 - load / servers * (1 - lost))


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


def general_queue(arrival_rate: float, service_mean: float, service_cv: float) -> Queue:
    """Poisson arrivals, one server, service times known by mean and coefficient of variation: M/G/1.

    A coefficient of variation of 1 is the exponential, 0 a constant time; waiting grows with its
    square (Pollaczek-Khinchine).

    Errors: a rate or mean that is not positive, a negative variation, arrivals that outrun the server.
    Source: Gross, Shortle, Thompson & Harris (2008), section 5.1.

    >>> round(general_queue(arrival_rate=8, service_mean=0.1, service_cv=1.5).queue_time, 4)
    0.65
    """
    busy = _utilisation(arrival_rate, service_mean)
    if service_cv < 0:
        raise ValueError(f"a coefficient of variation is not negative; found {service_cv}")
    wait = arrival_rate * service_mean**2 * (1 + service_cv**2) / (2 * (1 - busy))
    return Queue(busy, busy, wait, wait + service_mean, arrival_rate * wait, arrival_rate * (wait + service_mean))


def compound_service(
    setup: float, lines_mean: float, lines_variance: float, line_mean: float, line_cv: float
) -> tuple[float, float]:
    """Mean and coefficient of variation of handling an order: a fixed setup and a time for each line.

    Source: conditional variance, E[N] Var[T] + Var[N] E[T]^2.

    >>> mean, cv = compound_service(setup=2, lines_mean=3, lines_variance=6, line_mean=1.5, line_cv=1)
    >>> mean, round(cv, 4)
    (6.5, 0.6923)
    """
    mean = setup + lines_mean * line_mean
    variance = lines_mean * (line_cv * line_mean) ** 2 + lines_variance * line_mean**2
    return mean, math.sqrt(variance) / mean


def constant_service_waits_within(time: float, arrival_rate: float, service_time: float) -> float:
    """Share of arrivals whose wait is at most `time` where every service takes equally long: M/D/1.

    At time 0 it is the share that do not wait at all. Every term is positive, so it stays exact far
    into the tail, where the older alternating sum does not.

    Errors: a rate or time that is not positive, arrivals that outrun the server.
    Source: Franx, Operations Research Letters 29 (2001), 221-229, for one server.

    >>> round(constant_service_waits_within(0.1, arrival_rate=8, service_time=0.1), 4)
    0.4451
    """
    busy = _utilisation(arrival_rate, service_time)
    if time < 0:
        return 0.0
    periods = math.floor(time / service_time + 1e-12) + 1
    ahead = arrival_rate * max(periods * service_time - time, 0.0)
    few = list(accumulate(_in_system(busy, periods)))[1:]  # at most m waiting is at most m + 1 in the system
    weights = accumulate(range(1, periods), lambda term, j: term * ahead / j, initial=math.exp(-ahead))
    return sum(weight * few[periods - 1 - j] for j, weight in enumerate(weights))


def _in_system(busy: float, most: int) -> list[float]:
    """P(n in the system), n = 0 ... most, by balancing the moves up across each level with those down."""
    arrivals = list(accumulate(range(1, most + 2), lambda term, j: term * busy / j, initial=math.exp(-busy)))
    more = [1 - total for total in accumulate(arrivals)]  # P(more than j arrive during a service)
    found = [1 - busy]
    for n in range(most):
        up = found[0] * more[n] + sum(found[k] * more[n - k + 1] for k in range(1, n + 1))
        found.append(up / arrivals[0])
    return found


def _utilisation(arrival_rate: float, service_mean: float) -> float:
    if arrival_rate <= 0 or service_mean <= 0:
        raise ValueError(f"the arrival rate and service time are positive; found {arrival_rate} and {service_mean}")
    if (busy := arrival_rate * service_mean) >= 1:
        raise ValueError(f"{arrival_rate} arrivals of {service_mean} each outrun one server: the queue grows for ever")
    return busy
