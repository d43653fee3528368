"""The capacity that contracts take and need, on runs that a person can work out."""

import pytest
from scenes import play

from simulator.replication.measure import measure
from simulator.textbook.queues import stays_longer

CLERK = """
name: Clerk
run: {{start: 2026-01-05, horizon: 8 weeks, seed: 2}}
market:
  segments:
    key: {{demand: {{rule: poisson, orders: 6 per hour}}, basket: {{units: 1}}}}
    rest: {{demand: {{rule: poisson, orders: 2 per hour}}, basket: {{units: 1}}}}
products: {{a: {{}}}}
network:
  sites: {{office: {{stages: [{{stage: entry, staff: 1, time: {{exponential: {{mean: 6 min}}}}}}]}}}}
service:
  contracts:
    deal: {{covers: {{segment: key}}, metric: cycle_time, within: {within}, target: {target}, period: 1 week}}
"""


@pytest.mark.parametrize(("within", "target", "staff"), [("1 h", 0.8, 1), ("1 h", 0.95, 2), ("18 min", 0.94, 3)])
def test_the_staff_that_erlang_c_asks_for(within, target, staff):
    """8 orders an hour, 10 an hour for each clerk; it takes all orders, whether the contract covers them or not."""
    hours = float(within.split()[0]) / (1 if within.endswith("h") else 60)
    late = [stays_longer(hours, 8, 10, clerks) for clerks in (1, 2, 3)]
    assert next(place + 1 for place, share in enumerate(late) if share <= 1 - target) == staff
    found = measure(play(CLERK.format(within=within, target=target))).values
    assert found["sla_staff_needed"]["stage"].tolist()[0] == staff


def test_no_staff_is_enough_where_the_work_itself_takes_too_long():
    found = measure(play(CLERK.format(within="6 min", target=0.9))).values
    assert found["sla_staff_needed"][""][0] != found["sla_staff_needed"][""][0]


def test_hours_of_work_on_covered_orders():
    """Six of eight orders are covered: three quarters of the work, about 0.8 x 168 h a week."""
    found = measure(play(CLERK.format(within="1 h", target=0.8))).values
    hours = found["sla_staff_hours"]
    assert hours["segment"].tolist() == pytest.approx([hours[""][0], 0])
    assert hours[""][0] == pytest.approx(0.75 * found["utilisation"][""][0] * 168, rel=0.05)
