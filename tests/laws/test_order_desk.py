"""The laws of the order desk: they hold with everything on, the audit notices crimes, and luck stays with its order."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenes import EVERYTHING, order_desk, play, played

from simulator.engine import facts
from simulator.engine.ledger import Ledger
from simulator.mechanisms.entry_errors.facts import Erred, ShortPaid, Surfaced
from simulator.replication.simulate import AuditError, audit
from simulator.reports.story import tell


@pytest.fixture(scope="module")
def text() -> str:
    return order_desk(picking=", batch: {orders: 3, within: 2 h}")


ENTRIES = [
    "places: 30",
    "patience: 5 h",
    "waves: 30 min",
    "waves: 2 h, places: 9, patience: {exponential: {mean: 9 h}}",
    "batch: {orders: 3, within: 1 h}",
    "waves: 1 h, batch: {orders: 5, within: 3 h}",
]
PICKINGS = ["", ", waves: 2 h", ", batch: {orders: 4, within: 2 h}", ", waves: 2 h, batch: {orders: 4, within: 2 h}"]


@settings(max_examples=16, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(ENTRIES), st.sampled_from(PICKINGS), st.integers(1, 99))
def test_the_laws_hold_whatever_the_desk(entry, picking, seed):
    ledger = play(order_desk(entry, picking, seed).replace("horizon: 5 weeks", "horizon: 3 weeks"))
    whole = len(ledger.columns(facts.Ordered)["at"])
    assert len(ledger.columns(Erred)["kind"]) > 0.1 * whole
    assert len(ledger.columns(Surfaced)["kind"]) > 0


def _change(kind: type, column: str, change: float) -> Callable[[Ledger], None]:
    def crime(ledger: Ledger) -> None:
        values = ledger.columns(kind)[column]
        values[len(values) // 2] += np.array(change).astype(values.dtype)

    return crime


def _twice(kind: type) -> Callable[[Ledger], None]:
    def crime(ledger: Ledger) -> None:
        for values in ledger.columns(kind).values():
            values[1] = values[0]

    return crime


def _abandon_a_served_order(ledger: Ledger) -> None:
    ledger.columns(facts.Abandoned)["order"][0] = ledger.columns(facts.LineOrdered)["order"][
        ledger.columns(facts.Allocated)["line"][0] - 1
    ]


def _everything_was_caught(ledger: Ledger) -> None:
    ledger.columns(Erred)["caught"][:] = 1


def _hold_for_ever(ledger: Ledger) -> None:
    ledger.columns(facts.Held)["until"][:] = 1e6


CRIMES = {
    "an order abandoned twice": (_twice(facts.Abandoned), "abandoned twice"),
    "abandoned before it came": (_change(facts.Abandoned, "at", -5000), "abandoned before it came"),
    "an order that is served though it left": (_abandon_a_served_order, "abandoned, but it asked for stock"),
    "stock for an order that is held": (_hold_for_ever, "stock was taken while it was held"),
    "an error that was caught and yet came to light": (_everything_was_caught, "never missed"),
    "an error that comes to light twice": (_twice(Surfaced), "came to light twice"),
    "an error before the goods": (_change(Surfaced, "at", -5000), "before anything was delivered"),
    "a payment short for no reason": (_change(ShortPaid, "order", 1), "paid short"),
    "an order that left its batch": (_change(facts.Batched, "order", 1), "does not hold the orders"),
    "a batch of too many": (lambda ledger: ledger.columns(facts.Batched)["batch"].fill(1), "batch"),
}


@pytest.mark.parametrize("crime", CRIMES)
def test_the_audit_notices(crime, text):
    commit, said = CRIMES[crime]
    ledger = played(text)
    commit(ledger)
    with pytest.raises(AuditError, match=said):
        audit(ledger)


def test_verification_and_staff_do_not_change_what_is_entered_wrongly(text):
    """Common random numbers: the errors are the order's; a sharper check catches the same ones and more."""
    before, after = played(text), play(text.replace("catches: 0.6", "catches: 0.9").replace("staff: 2", "staff: 4"))
    one, other = before.columns(Erred), after.columns(Erred)
    for column in ("order", "line", "kind"):
        np.testing.assert_array_equal(one[column], other[column])
    assert (other["caught"] >= one["caught"]).all()
    assert other["caught"].sum() > one["caught"].sum()


def test_an_error_rate_leaves_the_other_kinds_alone(text):
    before, after = played(text), play(text.replace("item: 0.05", "item: 0.15"))
    one, other = ({(f.order, f.line, f.kind, f.caught) for f in ledger.of(Erred)} for ledger in (before, after))
    assert one < other
    assert {kind for _, _, kind, _ in other - one} == {0}


def test_a_desk_that_errs_never_costs_no_event():
    """Modes without errors, no holds and no limits: the same events as a desk without them."""
    plain = played(EVERYTHING)
    quiet = EVERYTHING.replace("{web: {}, account: {}}", "{web: {entry: any}, account: {entry: any}}").replace(
        "  sites:\n    warehouse:", "  entry_modes: {any: {errors: {}}}\n  sites:\n    warehouse:"
    )
    assert play(quiet).events == plain.events


def test_every_fact_can_be_told(text):
    ledger = played(text)
    unsaid = {
        "entered wrongly",
        "verification catches it",
        "held for credit until",
        "order is turned away",
        "withdrawn after",
        "customer finds a wrong",
        "is not paid",
        "complains",
    }
    for order in range(1, 400):
        said = "\n".join(tell(ledger, order))
        unsaid = {words for words in unsaid if words not in said}
        if not unsaid:
            break
    assert not unsaid
