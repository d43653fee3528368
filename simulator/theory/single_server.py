"""One server and service times of any law: M/G/1, and the constant time, M/D/1, in full."""

import math
from itertools import accumulate

from simulator.theory.queueing import Queue


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
