"""Whose luck is whose: the same seed gives the same run, and a change leaves the others' luck alone."""

import os
import subprocess
import sys

import numpy as np
import pytest
from scenes import EVERYTHING, ONE_ITEM, play, played

import simulator
from simulator.engine.facts import Allocated, Delivered, LineOrdered, Ordered, Received
from simulator.engine.ledger import Ledger
from simulator.mechanisms.known import kinds
from simulator.mechanisms.returns.facts import Returned
from simulator.scenario.reading.load import parse
from simulator.scenario.scenario import Scenario


def fingerprint(ledger: Ledger) -> list[bytes]:
    return [column.tobytes() for kind in kinds() for column in ledger.columns(kind).values()]


def changed(text: str, old: str, new: str) -> Scenario:
    assert old in text
    return parse(text.replace(old, new))


def demand_of(ledger: Ledger, segment: int) -> list[np.ndarray]:
    """Times, SKUs and units of what a segment ordered."""
    orders, lines = ledger.columns(Ordered), ledger.columns(LineOrdered)
    mine = orders["segment"][lines["order"] - 1] == segment
    return [orders["at"][orders["segment"] == segment], lines["sku"][mine], lines["units"][mine]]


def test_same_seed_same_ledger():
    first, second = played(EVERYTHING), play(EVERYTHING)
    assert fingerprint(first) == fingerprint(second)
    assert fingerprint(play(EVERYTHING, replication=1)) != fingerprint(first)
    assert fingerprint(play(changed(EVERYTHING, "seed: 1", "seed: 2"))) != fingerprint(first)


def test_the_hash_seed_does_not_matter(tmp_path):
    program = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1]);"
        "from scenes import EVERYTHING, play; from simulator.mechanisms.known import kinds;"
        "l = play(EVERYTHING); h = hashlib.sha256();"
        "[h.update(c.tobytes()) for k in kinds() for c in l.columns(k).values()]; print(h.hexdigest())"
    )
    folder = os.path.join(os.path.dirname(__file__), "..")
    said = {
        subprocess.run(
            [sys.executable, "-c", program, folder],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "4711")
    }
    assert len(said) == 1


def test_the_number_of_workers_does_not_matter():
    scenario = parse(ONE_ITEM)
    alone = simulator.run(scenario, 5, workers=1)
    together = simulator.run(scenario, 5, workers=2)
    assert alone.numbers == together.numbers == [0, 1, 2, 3, 4]
    assert list(alone.estimates()) == list(together.estimates())
    np.testing.assert_array_equal(alone.values("line_fill_rate", "sku"), together.values("line_fill_rate", "sku"))


def test_a_new_segment_leaves_the_demand_of_the_others_unchanged():
    new = """
    newcomer:
      demand: {rule: poisson, orders: 5 per day}
      channels: {web: 1.0}
      basket: {units: 1}
products:"""
    before, after = played(EVERYTHING), play(changed(EVERYTHING, "\nproducts:", new))
    for segment in range(3):
        for one, other in zip(demand_of(before, segment), demand_of(after, segment), strict=True):
            np.testing.assert_array_equal(one, other)
    assert len(demand_of(after, 3)[0]) > 100


def test_a_new_sku_with_its_own_demand_leaves_the_others_unchanged():
    new = """
    fan:
      demand: {rule: poisson, orders: 5 per day}
      channels: {web: 1.0}
      basket: {items: {s6: 1}, units: 1}
products:
  s6: {price: 1, popularity: 0}"""
    text = EVERYTHING.replace("s5: {", "s5: {popularity: 1, ")
    before, after = play(text), play(changed(text, "\nproducts:", new))
    for segment in range(3):
        one, other = demand_of(before, segment), demand_of(after, segment)
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_array_equal(one[1], other[1] - 1)  # the new SKU stands first in the list
        np.testing.assert_array_equal(one[2], other[2])


@pytest.mark.parametrize("ship", ["units", "lines", "order"])
def test_a_policy_does_not_change_what_customers_want(ship):
    before = played(EVERYTHING)
    after = play(changed(EVERYTHING, "{rule: lost_sale}", f"{{rule: backorder, ship: {ship}}}"))
    for column, values in before.columns(LineOrdered).items():
        np.testing.assert_array_equal(values, after.columns(LineOrdered)[column])


def test_who_buys_through_another_channel_wants_the_same():
    before = play(changed(EVERYTHING, "channels: {web: 0.2, account: 0.8}", "channels: {web: 0.5, account: 0.5}"))
    after = played(EVERYTHING)
    for one, other in zip(demand_of(before, 0), demand_of(after, 0), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_drift_or_a_refresh_leaves_the_luck_as_it_was():
    """Lead times are the same draws times the factor; a refresh changes when and how much is ordered, not the draws."""

    def lead_times(more: str) -> list[float]:
        text = ONE_ITEM.replace("rule: min_max, minimum: 240, maximum: 640", RULE)
        ledger = play(changed(text, "{mean: 5 days, cv: 0.5}}", "{mean: 5 days, cv: 0.5}}" + more))
        received = ledger.columns(Received)
        order = np.argsort(received["placed"])
        lasted: list[float] = (received["at"] - received["placed"])[order].tolist()
        return lasted[:15]

    usual = lead_times("")
    assert lead_times(", changes: [{at: 0 h, factor: 1.3}]") == pytest.approx([1.3 * each for each in usual])
    assert lead_times(", refresh: 1 week") == pytest.approx(usual)
    assert lead_times(", planned: 9 days") == pytest.approx(usual)


RULE = "rule: reorder_point, quantity: 200, opening: 300, target: {unit_fill_rate: 0.99}"


def test_return_terms_for_others_leave_the_returns_of_a_segment_unchanged():
    first = "  rules:\n    - when: {segment: key}"
    more = "  rules:\n    - {when: {segment: standing}, returns: {rate: 0.5, lag: {exponential: {mean: 2 days}}}}\n"
    text = EVERYTHING.replace("lag: 3 days", "lag: {exponential: {mean: 3 days}}")
    before, after = play(text), play(changed(text, first, more + first.removeprefix("  rules:\n")))

    def lags(ledger: Ledger) -> dict[int, float]:
        """From the delivery to the return of lines of the shops that were delivered and came back, by line."""
        orders, lines = ledger.columns(Ordered), ledger.columns(LineOrdered)
        shop = orders["segment"][lines["order"] - 1] == 1
        delivered = {fact.shipment: fact.at for fact in ledger.of(Delivered)}
        sent = {fact.line: delivered.get(fact.shipment) for fact in ledger.of(Allocated)}
        back = {fact.line: fact.at for fact in ledger.of(Returned) if shop[fact.line - 1]}
        return {line: at - sent[line] for line, at in back.items()}

    one, other = lags(before), lags(after)
    both = one.keys() & other.keys()
    assert len(both) > 50
    np.testing.assert_allclose([one[line] for line in both], [other[line] for line in both])
