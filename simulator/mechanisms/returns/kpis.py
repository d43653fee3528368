"""What comes back, how fast it is sellable again, and what of it is recovered."""

import numpy as np

from simulator.measures.activity_costs import Ledgered, Worth, activity, in_time, plain, unit_cost, units_back
from simulator.measures.registry import kpi
from simulator.measures.slices import Ratio
from simulator.measures.view import TINY, View
from simulator.mechanisms.returns.facts import Disposed, Restocked, Returned


@kpi(unit="share of order lines", better="lower", of="lines delivered at least in part", scor="RL.3.55", follows=True)
def return_rate(view: View) -> Ratio:
    """Lines that came back in whole or in part / lines delivered. Returns are followed beyond the end of the run."""
    lines = view.lines
    back = view.by_line(Returned)[lines.number] > TINY
    return lines.rows.ratio(back.astype(float), (lines.delivered > TINY).astype(float))


@kpi(unit="share of units", better="lower", of="units delivered", follows=True)
def returned_units(view: View) -> Ratio:
    """Units that came back / units delivered."""
    lines = view.lines
    return lines.rows.ratio(view.by_line(Returned)[lines.number], lines.delivered)


@kpi(unit="share of value", better="lower", of="value delivered at selling price", follows=True)
def returned_value(view: View) -> Ratio:
    """Value of what came back / value delivered, at the price of the line."""
    lines = view.lines
    return lines.rows.ratio(view.by_line(Returned)[lines.number] * lines.price, lines.delivered * lines.price)


@kpi(unit="hours", better="lower", of="units restocked", scor="RS.3.140", follows=True)
def dock_to_stock(view: View) -> Ratio:
    """Mean time from the arrival of a returned unit until it is sellable stock again."""
    lines, size = view.lines, len(view.order_of_line)
    back, again = view.of(Returned), view.of(Restocked)
    units = np.bincount(again["line"], again["units"], size)
    arrived = np.bincount(back["line"], back["at"] * back["units"], size) * (units > 0)
    came = np.bincount(back["line"], back["units"], size)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(came > 0, arrived / came, 0.0)
    hours = np.bincount(again["line"], again["at"] * again["units"], size) - mean * units
    return lines.rows.ratio(hours[lines.number], units[lines.number])


@kpi(unit="share of value", better="higher", of="returned units disposed of or restocked, at cost", follows=True)
def recovery_value(view: View) -> Ratio:
    """Cost value of the returned units that became stock again / that of all whose fate is decided."""
    lines = view.lines
    cost = np.array([product.cost for product in view.scenario.products.values()])[lines.sku]
    good, bad = (view.by_line(kind)[lines.number] * cost for kind in (Restocked, Disposed))
    return lines.rows.ratio(good, good + bad)


@activity("returns_handling")
def returns_handling(view: View) -> Ledgered | None:
    """Lines that came back."""
    rate = view.scenario.costs.returned_line
    return plain(view, (in_time(view, Returned) > 0) * rate) if rate else None


@activity("refurbishing")
def refurbishing(view: View) -> Ledgered | None:
    """Units refurbished."""
    rate, table = view.scenario.costs.refurbished_unit, view.of(Restocked)
    if not rate:
        return None
    units = table["units"] * table["refurbished"] * (table["at"] >= view.begin)
    return plain(view, np.bincount(table["line"], units, len(view.order_of_line)) * rate)


@activity("write_off")
def write_off(view: View) -> Ledgered | None:
    """Units disposed of, at a share of their cost."""
    if not len(view.of(Disposed)["line"]):
        return None
    return plain(view, in_time(view, Disposed) * unit_cost(view) * view.scenario.costs.write_off)


@units_back
def _returned(view: View, worth: Worth) -> np.ndarray:
    """What came back is not sold; it is back among the goods, or written off, when its fate is decided."""
    if worth == "price":
        return in_time(view, Returned)
    decided: np.ndarray = in_time(view, Restocked) + in_time(view, Disposed)
    return decided
