"""What recovery and exceptions cost: emergency supply, transfers, the faster transit, overrides."""

import numpy as np

from simulator.kpis.laying import Ledgered, by_order, in_time, plain
from simulator.kpis.view import View
from simulator.ledger import facts


def emergency_supply(view: View) -> Ledgered | None:
    """Units by emergency supply, beyond what the regular supply costs."""
    rate = view.scenario.costs.expedited_unit
    return plain(view, in_time(view, facts.Expedited) * rate) if rate else None


def transshipment(view: View) -> Ledgered | None:
    """Units fetched from another site."""
    rate = view.scenario.costs.transshipped_unit
    return plain(view, in_time(view, facts.Transshipped) * rate) if rate else None


def express(view: View) -> Ledgered | None:
    """Shipments by the faster transit, beyond the regular freight."""
    rate, table = view.scenario.costs.express_shipment, view.of(facts.ShippedExpress)
    if not rate:
        return None
    amount = rate * (table["at"] >= view.begin)
    return by_order(view, np.bincount(table["order"], amount, len(view.measured_orders)))


def overrides(view: View) -> Ledgered | None:
    """Orders that sales had treated by another rule."""
    rate = view.scenario.costs.override
    if not rate:
        return None
    overridden = np.concatenate([[0.0], view.of(facts.Ordered)["overridden"]])
    return by_order(view, view.measured_orders * overridden * rate)
