"""Service-level agreements that cannot be, each with its place and what would be right."""

import datetime as dt
import re

import pytest
from scenes import EVERYTHING

from simulator.scenario.contracts import Contract
from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import parse

PLAIN = "covers: {segment: key}, metric: otif, target: 95 %, period: 4 weeks"


def faults(contract: str, scene: str = EVERYTHING) -> str:
    text = scene.replace("\ncosts:\n", f"\n  contracts:\n    deal: {{{contract}}}\ncosts:\n")
    with pytest.raises(ScenarioError) as caught:
        parse(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("contract", "place", "said"),
    [
        (PLAIN.replace("key", "kay"), "covers.segment", "there is no segment 'kay' (did you mean 'key'?)"),
        (PLAIN.replace("segment: key", "channel: wbe"), "covers.channel", "did you mean 'web'"),
        (PLAIN.replace("segment: key", "customer: shop 51"), "covers.customer", "there is no customer 'shop 51'"),
        (PLAIN + ", clock: request", "clock", "nobody it covers requests a time"),
        (PLAIN.replace("95 %", "0"), "target", "more than 0"),
        (PLAIN.replace("4 weeks", "0 h"), "period", "a period above 0"),
        (PLAIN.replace("otif", "cycle_time"), "within", "says within which time of entry"),
        (PLAIN + ", within: 2 days", "within", "cycle_time, and no other metric"),
        (PLAIN.replace("otif", "cycle_time, within: 1 day, clock: request"), "clock", "leave the clock out"),
        (PLAIN.replace("otif", "fill, window: {late: 1 day}"), "metric", "leave clock and window out"),
        (PLAIN.replace("otif", "in_full, window: {late: 1 day}"), "window", "does not look at the time"),
        (PLAIN + ", alert: {before: 5 weeks}", "alert.before", "shorter than the period"),
        (PLAIN + ", penalty: {below: target}", "penalty", "give rate, or sum"),
        (PLAIN + ", penalty: {sum: 100}", "penalty.sum", "needs `below`"),
        (PLAIN + ", penalty: {rate: 2 % per day, on: everything}", "penalty.on", "leave `on` out"),
        (PLAIN + ", penalty: [{below: 95 %, sum: 1}, {below: target, sum: 2}]", "penalty", "the same attainment"),
        (PLAIN + ", bonus: {above: 99 %, rate: 1 per order per day}", "bonus.rate", "earned once"),
        (PLAIN + ", bonus: {above: 99 %}", "bonus", "give rate, or sum"),
    ],
)
def test_what_cannot_be_agreed(contract, place, said):
    found = faults(contract)
    assert f"service.contracts.deal.{place}" in found
    assert said in found


def test_an_contract_on_orders_that_are_promised_nothing():
    text = re.sub(r"promise: {rule: fixed, time: . days}", "priority: 1", EVERYTHING)
    assert "service.contracts.deal: nothing is promised to anybody it covers" in faults(PLAIN, text)


def test_months_end_with_the_calendar():
    deal = Contract.model_validate({"covers": {}, "metric": "otif", "target": 0.9, "period": "month"})
    assert deal.ends(dt.date(2026, 11, 20), 24 * 80) == [24 * 11, 24 * 42, 24 * 73]
