"""Laws of channels: two sites, four channels, 40 SKUs, everything on; units conserved, customers' luck their own."""

import numpy as np
import pytest
from scenes import ONE_ITEM, play, played

from simulator.engine import facts
from simulator.engine.ledger import Ledger
from simulator.mechanisms.channels.facts import Oversold
from simulator.mechanisms.collection.facts import Collected, NotCollected
from simulator.mechanisms.contracts.facts import Pushed, Settled
from simulator.mechanisms.entry_errors.facts import Surfaced
from simulator.mechanisms.reservations.facts import Withdrawn
from simulator.mechanisms.returns.facts import Restocked
from simulator.replication.simulate import AuditError, audit
from simulator.scenario.reading.load import parse

SKUS = 40
PRODUCTS = "\n".join(
    f"  s{n}: {{price: {10 + n % 7}, cost: {5 + n % 4}, popularity: {1 + 400 / (n + 5):.1f}, "
    f"class: {'ABC'[min(n // 8, 2)]}, substitutes: {{s{(n + 1) % SKUS}: 0.4}}}}"
    for n in range(SKUS)
)
SITE = """
      stages:
        - {{stage: entry, staff: 2, time: {{exponential: {{mean: 4 min}}}}}}
        - {{stage: picking, time: 30 min, line_time: 5 min}}
        - {{stage: transit, time: {{lognormal: {{mean: 1 day, cv: 0.4}}}}}}
      stock:
        default: {{rule: min_max, cover: 1 week, target: {{line_fill_rate: 0.4}}}}
      returns: {{restock: 0.8, dispose: 0.2, inspection: {{time: 10 min}}}}
      siblings: {{{sibling}: 4 h}}
"""
OMNICHANNEL = f"""
name: Omnichannel
run: {{start: 2026-01-05, horizon: 5 weeks, warm_up: 1 week, seed: 1}}
market:
  channels:
    web:
      price: 0.95
      entry: keyed
      source: {{rule: nearest, sites: [north, south]}}
      protected: {{units: 2}}
      record: {{accuracy: 0.9, error: {{geometric: {{mean: 2}}}}, sync: 6 h, recount: 1 week, oversold: recover}}
    store:
      source: {{rule: in_turn, sites: [south, north]}}
      record: {{accuracy: 0.8, error: 2, recount: 3 days, oversold: cancel}}
      collect: {{after: {{exponential: {{mean: 1 day}}}}, hold: 3 days, no_show: 0.05}}
    account: {{source: {{rule: cheapest}}, protected: {{cover: 12 h}}}}
    phone: {{source: {{rule: dedicated, site: north}}, entry: keyed}}
  segments:
    shoppers:
      demand: {{rule: poisson, orders: 60 per day}}
      channels: {{web: 0.6, store: 0.4}}
      basket: {{lines: {{geometric: {{mean: 2}}}}, units: {{geometric: {{mean: 2}}}}}}
      patience: {{exponential: {{mean: 4 days}}}}
      waits: 0.7
      priority: 2
    trade:
      demand: {{rule: poisson, orders: 20 per day}}
      channels: {{web: 0.2, account: 0.5, phone: 0.3}}
      basket: {{lines: {{geometric: {{mean: 5}}}}, units: {{geometric: {{mean: 4}}}}}}
      longest_wait: {{exponential: {{mean: 6 days}}}}
      requested: {{exponential: {{mean: 3 days}}}}
products:
{PRODUCTS}
network:
  entry_modes: {{keyed: {{errors: {{item: 0.02, address: 0.03, price: 0.02}}}}}}
  suppliers: {{maker: {{lead_time: {{gamma: {{mean: 6 days, cv: 0.4}}}}}}}}
  sites:
    north:{SITE.format(sibling="south")}
    south:{SITE.format(sibling="north")}
  lanes:
    - {{site: south, segment: [shoppers], time: {{lognormal: {{mean: 2 days, cv: 0.4}}}}, cost: 9}}
    - {{site: south, channel: [account], cost: 2}}
service:
  rules:
    - when: {{segment: trade}}
      promise: {{rule: available_to_promise, cycle: 2 days}}
      alternatives: {{partial: 0.3, item: 0.3, site: 0.5, date: 0.5}}
      stockout: [{{rule: transship}}, {{rule: substitute}}, {{rule: backorder, ship: lines}}]
      returns: {{rate: 0.1, lag: 5 days, part: 0.5}}
    - promise: {{rule: fixed, time: 3 days}}
      stockout: [{{rule: customer_choice, substitute: 0.4, wait: 0.3, elsewhere: 0.3}}]
      returns: {{rate: 0.2, lag: 3 days}}
  reservation: {{allocate: soft, release: 2 days, cancelled: 0.1}}
  contracts:
    trade:
      {{covers: {{segment: trade}}, metric: fill, basis: line, target: 95 %, period: 1 week}}
    shoppers:
      {{covers: {{segment: shoppers}}, metric: on_time, target: 99 %, period: 9 days, alert: {{before: 6 days}}}}
  allocation: {{rule: critical_level, levels: {{2: 1}}}}
costs: {{shipment: 5, holding: 20 % per year, transshipped_unit: 1}}
"""


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return play(OMNICHANNEL)


def test_everything_happens_and_units_are_conserved(ledger):
    for kind in (
        facts.Sourced,
        Oversold,
        Collected,
        NotCollected,
        facts.Transshipped,
        facts.Substituted,
        facts.Cancelled,
        facts.Lost,
        Restocked,
        facts.Offered,
        Surfaced,
        Settled,
        Pushed,
        Withdrawn,
    ):
        assert len(next(iter(ledger.columns(kind).values()))) > 0, kind
    assert set(ledger.columns(facts.Ordered)["site"].tolist()) == {0, 1}


@pytest.mark.parametrize("allocation", ["{rule: first_come}", "{rule: fair_share}", "{rule: smallest_first}"])
def test_units_are_conserved_whoever_gets_the_next(allocation):
    text = OMNICHANNEL.replace("allocate: soft", "allocate: hard")
    text = text.replace("{rule: critical_level, levels: {2: 1}}", allocation).replace("5 weeks", "3 weeks")
    play(text, replication=1)


CRIMES = {
    "oversold what was not short": (Oversold, "units", 500.0),
    "put back more than there was": (NotCollected, "units", 1.0),
    "put back before it was ready": (NotCollected, "at", -900.0),
    "collected before it was ready": (Collected, "at", -900.0),
    "put back on another shelf": (NotCollected, "shelf", 1),
}


@pytest.mark.parametrize("crime", CRIMES)
def test_the_audit_notices(crime):
    kind, column, change = CRIMES[crime]
    ledger = played(OMNICHANNEL.replace("5 weeks", "3 weeks"))
    values = ledger.columns(kind)[column]
    values[len(values) // 2] += np.array(change).astype(values.dtype)
    with pytest.raises(AuditError):
        audit(ledger)


def test_nothing_is_taken_that_is_protected():
    """Nobody but web shoppers takes a shelf below the two units that are the web's, whatever happens; but what was
    promised for a date is the line's own from that date on."""
    text = OMNICHANNEL.replace("protected: {cover: 12 h}", "about: none of its own")
    text = text.replace("{partial: 0.3, item: 0.3, site: 0.5, date: 0.5}", "{partial: 0.3, site: 0.5, date: 0.5}")
    found = play(text)
    level, low = found.opening.copy(), 0
    fetched = {(fact.at, int(fact.shelf)) for fact in found.of(facts.TransferReceived)}
    dates = {fact.line: fact.due for fact in sorted(found.of(facts.Committed), key=lambda fact: -fact.due)}
    kept = {(fact.at, -fact.units) for fact in found.of(facts.Allocated) if dates.get(fact.line, np.inf) <= fact.at}
    for at, _, shelf, units, web in sorted(stock_moves(found), key=lambda move: move[:2]):
        level[shelf] += units
        own = (at, shelf) in fetched or (at, units) in kept  # what was fetched for a line is that line's too
        if units < 0 and not web and not own:
            assert level[shelf] >= 2 - 1e-9
            low += level[shelf] < 3
    assert low > 50


def stock_moves(ledger: Ledger) -> list[tuple[float, int, int, float, bool]]:
    """Every change of stock: time, rank at one instant, shelf, units, whether a web shopper took them."""
    lines, ordered = ledger.columns(facts.LineOrdered), ledger.columns(facts.Ordered)
    order = lines["order"] - 1
    shelf_of, web = ordered["site"][order] * SKUS + lines["sku"], ordered["channel"][order] == 0
    moves = []
    for kind in (facts.Received, facts.TransferReceived, NotCollected):
        moves += [(fact.at, 0, int(fact.shelf), fact.units, False) for fact in ledger.of(kind)]
    moves += [(fact.at, 0, int(shelf_of[fact.line - 1]), fact.units, False) for fact in ledger.of(Restocked)]
    for kind, shelf in ((facts.Allocated, None), (facts.Substituted, "shelf"), (facts.Transshipped, "origin")):
        for fact in ledger.of(kind):
            where = shelf_of[fact.line - 1] if shelf is None else getattr(fact, shelf)
            moves.append((fact.at, 1, int(where), -fact.units, bool(web[fact.line - 1])))
    return moves


@pytest.mark.parametrize(
    "change",
    [
        ("source: {rule: nearest, sites: [north, south]}", "source: {rule: dedicated, site: south}"),
        ("source: {rule: cheapest}", "source: {rule: dedicated, site: north}"),
        ("protected: {units: 2}", "protected: {units: 20}"),
        ("sync: 6 h", "sync: 1 h"),
        ("hold: 3 days", "hold: 8 days"),
    ],
)
def test_a_change_of_policy_leaves_the_customers_as_they_were(ledger, change):
    assert change[0] in OMNICHANNEL
    other = play(OMNICHANNEL.replace(*change))
    for kind, names in (
        (facts.Ordered, ("at", "segment", "channel", "customer", "damaged")),
        (facts.LineOrdered, ("order", "sku", "units", "price")),
    ):
        for name in names:
            assert (ledger.columns(kind)[name] == other.columns(kind)[name]).all()


def test_an_order_has_the_same_work_at_a_site_whoever_sent_it_there():
    """Transit of the orders that both rules serve from the same site, in one shipment: the same to the hour."""
    site = "{{stages: [{{stage: transit, time: {}}}], stock: {{item: {{rule: min_max, minimum: 40, maximum: 640}}}}}}"
    one = ONE_ITEM.replace("market:", "market:\n  channels: {web: {source: {rule: nearest}}}")
    one = one[: one.index("  sites:")] + "  sites:\n"
    one += f"    a: {site.format('{exponential: {mean: 1 day}}')}\n    b: {site.format('3 days')}\n"
    one += "  lanes: [{site: a, cost: 9}]\nservice: {stockout: {rule: lost_sale}}\n"
    first, second = play(one), play(one.replace("{rule: nearest}", "{rule: cheapest}"))
    taken = []
    for found in (first, second):
        served, site = found.columns(facts.Served), found.columns(facts.Ordered)["site"]
        home = served["stage"] == 0
        assert 0.02 < site.mean() < 0.98
        time = (served["ended"] - served["queued"])[home]
        taken.append(dict(zip(served["order"][home].tolist(), time.tolist(), strict=True)))
    both = taken[0].keys() & taken[1].keys()
    assert len(both) > 100
    assert all(taken[0][order] == pytest.approx(taken[1][order]) for order in both)


def test_what_is_switched_off_costs_no_event():
    """Prices, sourcing and a record that is up to date need no event; one that is not needs one for each update."""
    plain = ONE_ITEM + "service: {stockout: {rule: lost_sale}}\n"
    counts = []
    for channel in (
        "{}",
        "{price: 0.9, source: {rule: dedicated, site: store}}",
        "{record: {}}",
        "{source: {rule: nearest}}",
        "{record: {sync: 1 h}}",
    ):
        text = plain.replace("market:", f"market:\n  channels: {{web: {channel}}}")
        counts.append(play(text).events)
    assert len(set(counts[:4])) == 1
    updates = parse(plain).run.horizon
    assert updates <= counts[4] - counts[0] <= 2 * updates  # an arrival after an update needs an event again
