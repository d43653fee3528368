"""Queueing formulas against systems whose answers are known."""

import math

import pytest

from simulator.textbook.queues import (
    compound_service,
    constant_service_waits_within,
    erlang_b,
    erlang_c,
    general_queue,
    markovian_queue,
    stay_quantile,
    stays_longer,
    waits_longer,
)

exactly = pytest.approx


def test_one_order_entry_clerk():
    """Q01: 8 orders an hour, 6 minutes each on average, exponential."""
    desk = markovian_queue(arrival_rate=8, service_rate=10)
    assert desk == exactly((0.8, 0.8, 0.4, 0.5, 3.2, 4.0))
    assert stays_longer(1.0, 8, 10) == exactly(0.1353352832366127)
    assert stay_quantile(0.95, 8, 10) == exactly(1.4978661367769954)


def test_team_of_three_pickers():
    """Q02: 12 orders an hour, 12 minutes each on average, one queue for three pickers."""
    team = markovian_queue(arrival_rate=12, service_rate=5, servers=3)
    assert team.utilisation == exactly(0.8)
    assert team.waiting_share == erlang_c(3, 2.4) == exactly(0.6471910112359549)
    assert team.queue_time == exactly(0.21573033707865163)
    assert team.time_in_system == exactly(0.41573033707865165)
    assert team.queue_length == exactly(2.5887640449438196)
    assert team.in_system == exactly(4.98876404494382)
    assert waits_longer(0.25, 12, 5, 3) == exactly(0.30571138694249933)
    assert stays_longer(0.5, 12, 5, 3) == exactly(0.3102929004163984)
    assert stay_quantile(0.90, 12, 5, 3) == exactly(0.9064706893582152)


@pytest.mark.parametrize("load", [1.9, 2.0, 2.0000001, 2.1])
def test_time_in_system_where_the_wait_and_the_service_are_alike(load):
    """With 3 servers and a load of 2 the wait's rate equals the service's: the formula's removable hole."""
    below, above = (stays_longer(0.7, load + step, 1.0, 3) for step in (-1e-6, 1e-6))
    assert below < stays_longer(0.7, load, 1.0, 3) < above
    assert above - below < 1e-5


@pytest.mark.parametrize(("arrivals", "servers"), [(0.5, 3), (2.8, 3), (9, 12), (0.9, 1)])
def test_time_in_system_as_a_service_and_sometimes_a_wait(arrivals, servers):
    """The sum of two exponentials written out; where servers are many the wait is the shorter of the two."""
    waits, spare = erlang_c(servers, arrivals), servers - arrivals
    for time in (0.0, 0.3, 2.0, 9.0):
        service, wait = math.exp(-time), math.exp(-spare * time)
        both = (spare * service - wait) / (spare - 1)
        assert stays_longer(time, arrivals, 1.0, servers) == exactly((1 - waits) * service + waits * both)


def test_lognormal_processing_time():
    """Q04: a coefficient of variation of 1.5 makes waiting 1.625 times the exponential's."""
    desk = general_queue(arrival_rate=8, service_mean=0.1, service_cv=1.5)
    assert desk == exactly((0.8, 0.8, 0.65, 0.75, 5.2, 6.0))


def test_picking_orders_of_many_lines():
    """Q05: 2 minutes to set up and 1.5 minutes a line, exponential; a geometric 3 lines an order."""
    more = 1 - 1 / 3
    mean, cv = compound_service(2 / 60, lines_mean=3, lines_variance=more * 9, line_mean=0.025, line_cv=1)
    desk = general_queue(6.5, mean, cv)
    assert mean == exactly(0.10833333333333334)
    assert desk.utilisation == exactly(0.7041666666666667)
    assert desk.queue_time == exactly(0.19072769953051646)
    assert desk.time_in_system == exactly(0.2990610328638498)
    assert desk.in_system == exactly(1.9438967136150236)


def test_packing_station_with_a_constant_time():
    """Q06: half the exponential's wait; P(sojourn <= 2D) is P(wait <= D)."""
    station = general_queue(arrival_rate=8, service_mean=0.1, service_cv=0)
    assert station == exactly((0.8, 0.8, 0.2, 0.3, 1.6, 2.4))
    assert constant_service_waits_within(0.0, 8, 0.1) == exactly(0.2)
    assert constant_service_waits_within(0.1, 8, 0.1) == exactly(0.4451081856984935)
    assert constant_service_waits_within(0.3, 8, 0.1) == exactly(0.7620995197454011)


@pytest.mark.parametrize("time", [0.0, 0.03, 0.1, 0.249, 0.55])
def test_constant_service_agrees_with_the_older_alternating_sum(time):
    terms = ((8 * (i * 0.1 - time)) ** i / math.factorial(i) * math.exp(-8 * (i * 0.1 - time)) for i in range(7))
    older = 0.2 * sum(term for i, term in enumerate(terms) if i * 0.1 <= time + 1e-12)
    assert constant_service_waits_within(time, 8, 0.1) == exactly(older)


def test_constant_service_far_into_the_tail():
    """Where the alternating sum has lost all its digits the distribution still rises to one."""
    shares = [constant_service_waits_within(time, 8, 0.1) for time in (2, 4, 6, 8)]
    assert shares == sorted(shares)
    assert 1 - 1e-9 < shares[-1] <= 1 + 1e-12


def test_calls_lost_whatever_the_holding_time():
    """Q15: 5 docks, 6 requests an hour of half an hour each."""
    assert erlang_b(5, 3) == exactly(0.11005434782608696)
    assert 3 * (1 - erlang_b(5, 3)) == exactly(2.6698369565217392)  # docks busy


@pytest.mark.parametrize("load", [0.5, 3.0, 20.0])
def test_lost_calls_by_the_definition(load):
    for servers in range(8):
        terms = [load**busy / math.factorial(busy) for busy in range(servers + 1)]
        assert erlang_b(servers, load) == exactly(terms[-1] / sum(terms))


def test_queues_that_have_no_long_run_are_refused():
    with pytest.raises(ValueError, match="outrun 2 servers"):
        markovian_queue(arrival_rate=10, service_rate=5, servers=2)
    with pytest.raises(ValueError, match="outrun one server"):
        general_queue(arrival_rate=10, service_mean=0.1, service_cv=1)
    with pytest.raises(ValueError, match="positive"):
        markovian_queue(arrival_rate=0, service_rate=5)
    with pytest.raises(ValueError, match="share"):
        stay_quantile(1.0, 8, 10)
    with pytest.raises(ValueError, match="server"):
        erlang_c(0, 1)
    assert erlang_c(2, 2.5) == 1.0
