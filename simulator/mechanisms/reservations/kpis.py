"""Orders for later: how many there are, and how many are cancelled before they are released."""

from simulator.measures.policy_results import befallen
from simulator.measures.registry import kpi
from simulator.measures.slices import Ratio
from simulator.measures.view import View
from simulator.mechanisms.reservations.facts import Released, Withdrawn


@kpi(unit="share of orders", better="neither", of="orders placed", follows=True)
def orders_for_later(view: View) -> Ratio | None:
    """Orders that waited for a later date that their customer asked for, and were released / orders."""
    if view.scenario.service.reservation is None:
        return None
    return view.orders.rows.ratio(befallen(view, Released), 1.0)


@kpi(unit="share of orders", better="lower", of="orders placed", follows=True)
def withdrawn_orders(view: View) -> Ratio | None:
    """Orders for later that the customer cancelled before release / orders. No promise to them can be broken."""
    if view.scenario.service.reservation is None:
        return None
    return view.orders.rows.ratio(befallen(view, Withdrawn), 1.0)
