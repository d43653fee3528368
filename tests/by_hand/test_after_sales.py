"""Failures, technicians and parts against timetables that a person traced.

A Weibull law of shape a million is as good as a fixed running time: times are right to some hundredths of an hour.
"""

import pytest

import simulator
from simulator.measures import activity_costs
from simulator.measures.view import View
from simulator.mechanisms.after_sales.facts import (
    Arrived,
    Cannibalised,
    Failed,
    Joined,
    PartNeeded,
    PartRepaired,
    PartSupplied,
    Restored,
    Retired,
    SetOut,
    Visited,
)
from simulator.replication.measure import measure
from simulator.replication.simulate import audit
from simulator.scenario.reading.load import parse

TEXT = """
name: by hand
run: {{start: 2026-01-05, horizon: {horizon}}}
market: {{segments: {{all: {{demand: {{rule: scheduled, every: {every}, first: 1 h}},
  basket: {{lines: 1, units: 1, items: {{pump: 1}}}}}}}}}}
products: {{pump: {{price: 100, cost: 40}}, fan: {{price: 50, cost: 20}}, saw: {{price: 50, cost: 20}}}}
network:
  calendars: {{office: {{days: mon-fri, hours: "08:00-16:00"}}}}
  sites: {{store: {{}}}}
costs: {{travel: 10, technician: 30}}
after_sales:
  first_time_fix: 1
"""
NEAR = 0.02


def every(hours: float) -> str:
    """Fails after so many hours of running, as good as new after each repair."""
    return f"failure: {{weibull: {{shape: 1000000, scale: {hours} h}}}}, after_repair: as_new"


def played(section: str, horizon: str = "300 h", orders: str = "50 weeks"):
    ledger = simulator.simulate(parse(TEXT.format(horizon=horizon, every=orders) + section))
    audit(ledger)
    return ledger


def at(ledger, kind):
    return [fact.at for fact in ledger.of(kind)]


def near(*times):
    return pytest.approx(times, abs=NEAR)


ONE = f"""
  installed: {{pump: {{base: 1, joins: 0, {every(100)}, repair: 2 h, warranty: 150 h, contracts: {{gold: 1}},
    parts: {{seal: 1}}}}}}
  contracts: {{gold: {{response: 4 h, late_response: 50, uptime: 0.95, period: 200 h, hour_down: 7}}}}
  technicians: {{crew: {{number: 1, calendar: office, travel: 2 h}}}}
  parts: {{seal: {{stock: {{depot: 1}}, repair: {{time: 60 h, transport: 24 h, cost: 25}}}}}}
  places: {{depot: {{fetch: 3 h}}}}
"""


def test_one_unit_one_technician_one_part():
    """The technician works on weekdays from 8 to 16 and drives 2 h; he finds out on the spot that a seal is needed.

    fails            sets out      there   seal from the depot   sets out   there   runs again
    100 (Fri 04:00)  104 (08:00)   106     109                   109        111     113 (17:00)
    213 (Tue 21:00)  224 (08:00)   226     229                   229        231     233

    The seal removed at 106 is at the shop at 130 and as new at 190; the one of 226 would be at 310, after the end.
    """
    ledger = played(ONE)
    assert at(ledger, Failed) == near(100, 213)
    assert at(ledger, SetOut) == near(104, 109, 224, 229)
    assert at(ledger, Arrived) == near(106, 111, 226, 231)
    assert [(fact.work, fact.fixed) for fact in ledger.of(Visited)] == [(0, 0), (2, 1), (0, 0), (2, 1)]
    assert at(ledger, PartNeeded) == at(ledger, PartSupplied) == near(106, 226)
    assert at(ledger, PartRepaired) == near(190)
    assert at(ledger, Restored) == near(113, 233)
    assert [fact.payer for fact in ledger.of(Failed)] == [0, 1]  # warranty of 150 h, then the contract
    found = {name: slices[""][0] for name, slices in measure(ledger).values.items()}
    right = {
        "availability": (300 - 13 - 20) / 300,
        "downtime": 16.5,
        "response_time": 9.5,
        "response_in_time": 0.0,
        "repair_time": 2.0,
        "first_time_fix": 0.0,
        "visits_per_failure": 2.0,
        "part_fill_rate": 1.0,
        "part_backorders": 0.0,
        "installed_base": 1.0,
        "technician_utilisation": (2 + 4 + 2 + 4) / (8 * 10),
        "warranty_cost_per_claim": 4 * 10 + 2 * 30 + 25,
        # late twice; 13 h down in the first 200 h, of which 10 are allowed; the second 200 h are not over
        "service_penalty_cost": (2 * 50 + 3 * 7) / (300 / 168),
    }
    assert {name: found[name] for name in right} == pytest.approx(right, rel=1e-3, abs=1e-3)
    costs = activity_costs.costs(View(ledger))
    paid = {"service_travel": 80, "service_labour": 120, "spare_parts": 50, "service_penalties": 121}
    assert {name: costs[name].by_line.sum() for name in paid} == pytest.approx(paid, abs=0.5)


def test_uptime_is_settled_for_a_period_that_ends_with_the_run_and_for_none_of_the_warm_up():
    """Down from 100 to 113, from 213 to 233 and from 333 (Sunday 21:00) to 353: of each 200 h 10 are allowed, so that
    3 and 30 are paid for, at 7 each."""

    def paid(horizon, warm_up):
        ledger = played(ONE.replace("late_response: 50", "late_response: 0"), f"{horizon}, warm_up: {warm_up}")
        return activity_costs.costs(View(ledger))["service_penalties"].by_line.sum()

    assert paid("200 h", "0 h") == pytest.approx(3 * 7, abs=0.5)
    assert paid("400 h", "0 h") == pytest.approx(33 * 7, abs=0.5)
    assert paid("400 h", "200 h") == pytest.approx(30 * 7, abs=0.5)


def test_a_unit_far_older_than_it_lasts_fails_at_once_and_then_as_a_new_one():
    """(10 years / 50 h) ** 1000000 is no number to calculate with; a repair of 2 h makes it as new."""
    section = f"\n  installed: {{pump: {{base: 1, joins: 0, ages: 10 years, {every(50)}, repair: 2 h}}}}\n"
    assert at(played(section, "150 h"), Failed) == near(0, 52, 104)


def test_a_part_that_is_known_from_the_call_is_there_at_the_first_visit():
    """The seal asked for at 100 is there at 103; he sets out at 104, is there at 106, and it runs at 108."""
    ledger = played(ONE + "  diagnosis: call\n", "200 h")
    assert at(ledger, PartNeeded) == near(100)
    assert at(ledger, Restored) == near(108)
    assert measure(ledger).values["first_time_fix"][""][0] == 1.0


def test_a_part_in_the_van_is_there_at_the_first_visit():
    """With one in the van it runs at 108; the van has it back 12 h after 106, when the depot has sent it."""
    van = ONE.replace("{depot: 1}", "{van: 1, depot: 1}").replace(
        "{depot: {fetch: 3 h}}", "{van: {van: true, supplied_from: depot, transport: 12 h}, depot: {fetch: 3 h}}"
    )
    assert at(played(van, "200 h"), Restored) == near(108)
    spared = van + "  parts_from: {rule: spare_the_van}\n"
    assert at(played(spared, "200 h"), Restored) == near(113)  # from the depot first


def test_who_has_no_part_waits_for_the_repaired_one():
    """Without stock the seal of 106 itself comes back: at 190, and 3 h later here; Tue 01:00, so from 200 on."""
    ledger = played(ONE.replace("{depot: 1}", "{depot: 0}"))
    assert at(ledger, PartSupplied) == near(190)
    assert at(ledger, Restored) == near(204)
    found = measure(ledger).values
    assert found["part_fill_rate"][""][0] == 0.0
    assert found["part_backorders"][""][0] == pytest.approx((190 - 106) / 300, abs=1e-3)


THREE = f"""
  installed:
    pump: {{base: 1, joins: 0, {every(10)}, repair: 5 h}}
    fan: {{base: 1, joins: 0, {every(11)}, repair: 2 h}}
    saw: {{base: 1, joins: 0, {every(12)}, repair: 3 h, contracts: {{gold: 1}}}}
  contracts: {{gold: {{response: 4 h}}}}
  response: {{response}} h
  technicians: {{crew: {{number: 1, travel: 0 h}}}}
  dispatch: {{rule: {{rule}}}}
"""


@pytest.mark.parametrize(
    ("rule", "response", "order"),
    [
        ("first_come", 20, ["pump", "fan", "saw"]),
        ("contract_tier", 20, ["pump", "saw", "fan"]),
        ("due_time", 20, ["pump", "saw", "fan"]),
        ("due_time", 4, ["pump", "fan", "saw"]),
        ("shortest_job", 20, ["pump", "fan", "saw"]),
    ],
)
def test_who_is_served_first(rule, response, order):
    """The technician is at the pump from 10 to 15; the fan has failed at 11, the saw, with a contract, at 12.

    Due are the saw at 16 and the fan at 11 and its response time. The fan takes 2 h, the saw 3 h.
    """
    text = (
        THREE.replace("{{response}}", "")
        .replace("{response}", str(response))
        .replace("{rule: {rule}}", f"{{rule: {rule}}}")
    )
    ledger = played(text, "19 h")
    sku = {fact.unit: ["pump", "fan", "saw"][fact.sku] for fact in ledger.of(Joined)}
    unit = {fact.case: fact.unit for fact in ledger.of(Failed)}
    assert [sku[unit[fact.case]] for fact in ledger.of(Arrived)] == order


def test_units_sold_join_after_their_installation_and_leave_after_their_life():
    """A pump is bought at 1, 51, 101 h; each is in service 5 h later, fails 20 h after that and takes 2 h (no
    technician); after 30 h in service it is withdrawn, at 36, 86 ... ; one fails at 26 and runs again at 28."""
    ledger = played(
        f"  installed: {{pump: {{{every(20)}, repair: 2 h, installation: 5 h, life: 30 h}}}}\n", "110 h", "50 h"
    )
    assert at(ledger, Joined) == near(6, 56, 106)
    assert at(ledger, Failed) == near(26, 76)
    assert at(ledger, Restored) == near(28, 78)
    assert at(ledger, Retired) == near(36, 86)
    assert [fact.line for fact in ledger.of(Joined)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("rule", "replaced"), [("{rule: repair}", [0, 0, 0]), ("{rule: replace_old, age: 30 h}", [0, 1, 0])]
)
def test_an_old_unit_is_replaced(rule, replaced):
    """Fails after 20 h of running: at 20 (repaired until 22) and at 42, when it is older than 30 h. A new one is there
    after 10 h and put in place in 2 h, at 54: it is 20 h old at 74. Else it is repaired until 44, and fails at 64."""
    section = f"  installed: {{pump: {{base: 1, joins: 0, {every(20)}, repair: 2 h, replacement: 10 h}}}}\n"
    ledger = played(section + f"  repair_or_replace: {rule}\n", "80 h")
    assert [fact.replaced for fact in ledger.of(Restored)] == replaced
    assert at(ledger, Failed) == (near(20, 42, 74) if any(replaced) else near(20, 42, 64))
    assert len(ledger.of(Retired)) == sum(replaced)


def test_two_that_wait_make_one_that_runs():
    """Each failure needs a lamp or a lens, or both; a new one takes 1000 h. Who waits for a lamp gives a good lens to
    who waits for a lens only, and then waits for both: one of the two runs."""
    parts = "{stock: {depot: 0}, lead_time: 1000 h}"
    text = f"""
  installed: {{pump: {{base: 12, joins: 0, {every(20)}, repair: 1 h, parts: {{lamp: 0.5, lens: 0.5}}}}}}
  parts: {{lamp: {parts}, lens: {parts}}}
"""
    alone, shared = (played(text + more, "40 h") for more in ("", "  parts_from: {rule: nearest, cannibalise: true}\n"))
    needs = {}
    for fact in alone.of(PartNeeded):
        if fact.at < 25:
            needs.setdefault(fact.case, []).append(fact.part)
    only = [sum(mine == [part] for mine in needs.values()) for part in (0, 1)]
    assert min(only) > 0
    saved = [fact for fact in shared.of(Cannibalised) if fact.at < 25]
    assert len(saved) == min(only)  # each pair makes one
    assert sum(fact.at < 25 for fact in shared.of(Restored)) - sum(fact.at < 25 for fact in alone.of(Restored)) == min(
        only
    )


def test_what_is_bought_for_the_last_time_has_to_last():
    """Of two kept, one goes at 20; the last purchase, one, is ordered at 30 and here at 40. 41, 62 and 83 take what is
    left; who fails after that waits for ever."""
    text = f"""
  installed: {{pump: {{base: 1, joins: 0, {every(20)}, repair: 1 h, parts: {{lamp: 1}}}}}}
  parts: {{lamp: {{stock: {{depot: 2}}, lead_time: 10 h, last_buy: {{at: 30 h, units: 1}}}}}}
"""
    ledger = played(text)
    assert at(ledger, PartSupplied) == near(20, 41, 62, 83)
    assert at(ledger, Restored) == near(21, 42, 63, 84)
    assert at(ledger, Failed) == near(20, 41, 62, 83, 104)
    assert measure(ledger).values["part_fill_rate"][""][0] == pytest.approx(4 / 5)


SOLD = f"""
  installed: {{pump: {{{every(20)}, repair: 2 h, parts: {{seal: 1}}, contracts: {{CONTRACT: 1}}}}}}
  contracts: {{gold: {{TIER}}, silver: {{}}}}
  parts: {{seal: {{stock: {{centre: 1}}, lead_time: 40 h}}}}
  places: {{depot: {{supplied_from: centre, transport: 9 h}}, centre: {{fetch: 5 h}}}}
  parts_from: {{rule: home}}
"""


@pytest.mark.parametrize(
    ("contract", "tier", "rule", "restored"),
    [
        ("silver", "", "", 32),  # the section: always from the depot, which the centre sends one in 9 h
        ("silver", "", "{rule: nearest}", 28),  # the rule for the order: from the centre in 5 h
        ("gold", "parts_from: {rule: home}", "{rule: nearest}", 32),  # the contract decides first
    ],
)
def test_who_says_where_a_part_comes_from(contract, tier, rule, restored):
    """A pump is bought at 1 and fails at 21; its repair takes 2 h once the seal is there."""
    text = SOLD.replace("CONTRACT", contract).replace("TIER", tier)
    if rule:
        text += f"service: {{rules: [{{parts_from: {rule}}}]}}\n"
    assert at(played(text, "36 h"), Restored) == near(restored)
