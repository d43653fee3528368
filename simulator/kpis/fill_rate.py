"""Fill rates: demand met at once from stock. Each has its own denominator, and all count lost demand."""

from simulator.kpis.kpi import kpi
from simulator.kpis.slices import Ratio
from simulator.kpis.view import TINY, View


@kpi(unit="share of units", better="higher", of="units of lines that asked for stock, lost ones included")
def unit_fill_rate(view: View) -> Ratio:
    """Units allocated at the instant their line asked for stock / units wanted (type 2 service, by unit)."""
    lines = view.lines
    return lines.rows.ratio(lines.at_once, lines.units)


@kpi(unit="share of order lines", better="higher", of="lines that asked for stock, lost ones included")
def line_fill_rate(view: View) -> Ratio:
    """Lines met completely at once / lines."""
    lines = view.lines
    return lines.rows.ratio(lines.at_once >= lines.units - TINY, 1.0)


@kpi(unit="share of orders", better="higher", of="orders that asked for stock with every line", scor="RL.2.1")
def order_fill_rate(view: View) -> Ratio:
    """Orders of which every line is met completely at once / orders.

    It is below the line fill rate: an order of many lines is seldom complete.
    """
    orders = view.orders
    return orders.rows.ratio(orders.filled.astype(float), orders.asked.astype(float))


@kpi(unit="share of value", better="higher", of="value at selling price of lines that asked for stock")
def value_fill_rate(view: View) -> Ratio:
    """Value of the units met at once / value of the units wanted, at the price of the line."""
    lines = view.lines
    return lines.rows.ratio(lines.at_once * lines.price, lines.units * lines.price)


@kpi(unit="share of order lines", better="lower", of="lines that asked for stock")
def backordered_lines(view: View) -> Ratio:
    """Lines of which some units had to wait for stock / lines."""
    lines = view.lines
    return lines.rows.ratio(lines.backordered > TINY, 1.0)


@kpi(unit="share of units", better="lower", of="units of lines that asked for stock")
def lost_sales(view: View) -> Ratio:
    """Units lost because they were short and the customer did not wait / units wanted."""
    lines = view.lines
    return lines.rows.ratio(lines.lost, lines.units)


@kpi(unit="share of order lines", better="lower", of="lines that asked for stock")
def cancelled_lines(view: View) -> Ratio:
    """Lines that a waiting customer gave up in whole or in part / lines."""
    lines = view.lines
    return lines.rows.ratio(lines.cancelled > TINY, 1.0)


@kpi(unit="share of units", better="lower", of="units of lines that asked for stock")
def cancelled_units(view: View) -> Ratio:
    """Units that waiting customers gave up / units wanted."""
    lines = view.lines
    return lines.rows.ratio(lines.cancelled, lines.units)
