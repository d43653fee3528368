"""What mistakes of the order desk cost: putting them right, and what customers do not pay."""

import numpy as np

from simulator.kpis.laying import Ledgered, by_order, instead, plain
from simulator.kpis.view import View
from simulator.ledger import facts
from simulator.ledger.ledger import Columns


def in_measured_time(view: View, table: Columns) -> np.ndarray:
    """1 for each fact of a table that happened in the measured time."""
    return (table["at"] >= view.begin).astype(float)


def error_correction(view: View) -> Ledgered | None:
    """Errors of order entry that customers met with."""
    rate, met = view.scenario.costs.error, view.of(facts.Surfaced)
    if not rate:
        return None
    return by_order(view, np.bincount(met["order"], in_measured_time(view, met) * rate, len(view.measured_orders)))


def short_payment(view: View) -> Ledgered | None:
    """Value that customers who were charged a wrong price did not pay."""
    return short_payments(view) if len(view.of(facts.ShortPaid)["order"]) else None


def short_payments(view: View) -> Ledgered:
    """The same, in any case: a share of the value of what is shipped of each line."""
    table = view.of(facts.ShortPaid)
    share = np.bincount(table["order"], table["share"] * in_measured_time(view, table), len(view.measured_orders))
    price = np.concatenate([[0.0], view.of(facts.LineOrdered)["price"]])
    worth = view.by_line(facts.Allocated) * price + instead(view, "price")
    return plain(view, worth * share[view.order_of_line])
