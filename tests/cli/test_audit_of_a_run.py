"""`simulator run --audit`: the laws are checked, and what breaks one is caught, a user's own mechanism included."""

import json

import pytest
from command import command
from scenes import play

from simulator.lifecycle.laws import LAWS
from simulator.plugins import loaded, unload
from simulator.replication.simulate import audit

SHOP = ("run", "textbook/base_stock", "--set", "run.horizon=20 weeks", "-n", "2", "--workers", "1")
GIFTS = """
from simulator.lifecycle.mechanism import Mechanism
from simulator.mechanisms.known import register


def start(world):
    def bring(order):
        world.sites[0].shelves[0].put(1.0)  # and no fact says so

    world.hooks.allocated.append(bring)


register(Mechanism(name="gifts", active=lambda scenario: True, start=start))
"""
WRONG = """
from simulator.lifecycle.mechanism import Mechanism
from simulator.mechanisms.known import register


def laws(ledger):
    \"\"\"No order is placed at all.\"\"\"
    {law}


register(Mechanism(name="nothing", active=lambda scenario: True, start=lambda world: None, laws=laws))
"""


@pytest.fixture(autouse=True)
def _plugins_of_one_test():
    before = loaded()
    yield
    for plugin in loaded():
        if plugin not in before:
            unload(plugin)


def test_what_was_checked_is_said():
    done = command(*SHOP, "--audit", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["audit"]
    assert found["replications"] == 2
    assert found["facts"] > 1000
    assert not found["broken"]
    assert "Opening + what came = what went + on hand" in found["laws"]["units conserved"]
    assert f"audit: {len(LAWS) + 3} laws held over {found['facts']:,} facts of 2 replications" in done.stderr


def test_laws_of_active_mechanisms_are_named():
    done = command(
        "run", "quickstart", "--set", "run.horizon=10 weeks", "--set", "run.warm_up=1 week", "-n1", "--audit"
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.rstrip().endswith("returns")


def test_a_mechanism_that_breaks_a_law_of_stock_is_caught(tmp_path):
    (tmp_path / "gifts.py").write_text(GIFTS)
    done = command(*SHOP, "--audit", "--plugin", tmp_path / "gifts.py")
    assert done.returncode == 1
    assert "not every law held" in done.stderr
    assert "replication 0: shelf 0: the facts leave" in done.stderr
    assert "unit_fill_rate" in done.stdout
    silent = command(*SHOP, "--plugin", tmp_path / "gifts.py")
    assert silent.returncode == 0


@pytest.mark.parametrize(
    ("law", "said"),
    [
        ("yield 'order 1 was placed'", "order 1 was placed"),
        ("raise KeyError('Called')", "nothing: the law cannot be checked (KeyError: 'Called')"),
    ],
)
def test_a_law_of_a_users_own_is_checked(tmp_path, law, said):
    (tmp_path / "nothing.py").write_text(WRONG.format(law=law))
    done = command(*SHOP, "--audit", "--plugin", tmp_path / "nothing.py", "--format", "json")
    assert done.returncode == 1
    found = json.loads(done.stdout)["audit"]
    assert found["laws"]["nothing"] == "No order is placed at all."
    assert {each["message"] for each in found["broken"]} == {said}
    assert said in done.stderr


BIG = """
name: Enormous
run: {{start: 2026-01-05, horizon: 60 days, seed: 1}}
market: {{segments: {{all: {{demand: {{rule: poisson, orders: 10 per day}}, basket: {{units: {units}}}}}}}}}
products: {{a: {{price: 2, cost: 1}}}}
network:
  suppliers: {{maker: {{lead_time: {lead_time}}}}}
  sites: {{store: {{stock: {{a: {rule}}}, stages: [{{stage: transit, time: 1 day}}]}}}}
service: {{stockout: {{rule: {stockout}}}}}
"""
MANY = 10**15


@pytest.mark.parametrize(
    ("units", "lead_time", "rule", "stockout"),
    [
        (f"{{poisson: {{mean: {MANY}}}}}", "3 days", f"{{rule: base_stock, level: {MANY}}}", "backorder"),
        (
            f"{{poisson: {{mean: {MANY}}}}}",
            "3 days",
            f"{{rule: min_max, minimum: 0, maximum: {3 * MANY}}}",
            "lost_sale",
        ),
        (f"{{uniform: {{low: 1, high: {MANY}}}}}", "3 days", f"{{rule: base_stock, level: {MANY}}}", "backorder"),
        (f"{MANY}", "0 h", f"{{rule: base_stock, level: {MANY}}}", "backorder"),
        ("1", "0 h", "{rule: base_stock, level: 0}", "backorder"),
        ("1", "0 h", "{rule: base_stock, level: 5}", "lost_sale"),
        ("1", "0 h", "{rule: min_max, minimum: 0, maximum: 3}", "backorder"),
    ],
)
def test_no_false_alarm_with_enormous_quantities_or_no_lead_time(units, lead_time, rule, stockout):
    """Sums of 1e15 units lose single ones: that is a rounding of floating-point numbers, not a crime."""
    audit(play(BIG.format(units=units, lead_time=lead_time, rule=rule, stockout=stockout)))
