"""What each activity costs: facts times the scenario's rates, laid on order lines."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from simulator.engine import facts
from simulator.engine.ledger import Columns
from simulator.measures.departures import booked_at, left_at
from simulator.measures.inventory import after_waiting, averages, shelf_of_line
from simulator.measures.lead_time import jobs, staff_hours, worked_hours
from simulator.measures.registry import activities, add_activity
from simulator.measures.view import TINY, View, table_of_view
from simulator.planning.sourcing_options import lane_of
from simulator.units import CostRate

Counted = Callable[[View, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Given a view and units by line number: lines, and orders shared by their lines, by line number."""


@dataclass(frozen=True)
class Ledgered:
    """Money of the measured time by line number (place 0: what no line can carry), and by shelf where there is one."""

    by_line: np.ndarray
    idle: np.ndarray
    """Cost of shelves from which nothing was wanted, by shelf."""


Cost = Callable[[View], Ledgered | None]
Worth = Literal["price", "cost"]
Taken = Callable[[View, Worth], np.ndarray]
_costs: dict[str, Cost] = {}
_units_back: dict[str, Taken] = {}
_earned: dict[str, Callable[[View], np.ndarray]] = {}


def activity(name: str) -> Callable[[Cost], Cost]:
    """Say that a function gives what an activity costs; None where it costs nothing."""

    def register(cost: Cost) -> Cost:
        _costs[name] = cost
        add_activity(name)
        return cost

    return register


def units_back(function: Taken) -> Taken:
    """Say that a function gives units by line number that no longer count: as sold (price), or as gone (cost)."""
    _units_back[function.__qualname__] = function
    return function


def earned(function: Callable[[View], np.ndarray]) -> Callable[[View], np.ndarray]:
    """Say that a function gives what is earned beside revenue, by line number."""
    _earned[function.__qualname__] = function
    return function


def activity_costs() -> dict[str, Cost]:
    """What each activity costs, in their order.

    Errors: RuntimeError where the mechanisms have not told theirs: money without them would be wrong.
    """
    missing = [name for name in activities() if name not in _costs]
    if missing:
        raise RuntimeError(f"nothing says what {missing[0]} costs: simulator.replication.measure imports all that does")
    return {name: _costs[name] for name in activities()}


def left_of(view: View, units: np.ndarray, worth: Worth) -> np.ndarray:
    """Units by line number, less those that no longer count."""
    for back in _units_back.values():
        units = units - back(view, worth)
    return units


def earned_by_line(view: View) -> np.ndarray:
    """By line number: what is earned beside revenue."""
    return sum((each(view) for each in _earned.values()), zero(view))


def lines_measured(view: View) -> np.ndarray:
    """Line numbers of measured orders."""
    result: np.ndarray = np.flatnonzero(view.measured_orders[view.order_of_line])
    return result


def zero(view: View) -> np.ndarray:
    return np.zeros(len(view.order_of_line))


def by_shelf(view: View, cost: np.ndarray) -> Ledgered:
    """The cost of shelves laid on the lines that wanted something from them, by units."""
    shelf, lines = shelf_of_line(view), lines_measured(view)
    units = np.concatenate([[0.0], view.of(facts.LineOrdered)["units"]])
    wanted = np.bincount(shelf[lines], units[lines], len(cost))
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.where(wanted > 0, cost / wanted, 0.0)
    found = zero(view)
    found[lines] = rate[shelf[lines]] * units[lines]
    return Ledgered(found, np.where(wanted > 0, 0.0, cost))


def by_order(view: View, cost: np.ndarray) -> Ledgered:
    """The cost of orders, by order number, laid equally on their lines."""
    count = np.bincount(view.order_of_line[1:], minlength=len(cost))
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(count > 0, cost / count, 0.0)
    found = each[view.order_of_line]
    found[0] = 0.0
    return plain(view, found)


def plain(view: View, by_line: np.ndarray) -> Ledgered:
    return Ledgered(by_line, np.zeros(len(view.ledger.opening)))


def in_time(view: View, kind: type) -> np.ndarray:
    """By line number: units of a kind of fact in the measured time."""
    table = view.of(kind)
    return np.bincount(table["line"], table["units"] * (table["at"] >= view.begin), len(view.order_of_line))


def charge(view: View, rate: CostRate, units: np.ndarray, counted: Counted) -> Ledgered:
    """A rate times what it is of, by line number: units, their value, lines, or orders shared by their lines."""
    if rate.basis == "value":
        units = units * np.concatenate([[0.0], view.of(facts.LineOrdered)["price"]])
    elif rate.basis != "unit":
        lines, orders = counted(view, units)
        units = lines if rate.basis == "line" else orders
    return plain(view, units * rate.amount)


def once(view: View, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By line number: 1 for each line with units, and its part of the one order it belongs to."""
    lines = (units > 0).astype(float)
    several = np.bincount(view.order_of_line, lines, len(view.measured_orders))
    return lines, lines / np.maximum(several, 1)[view.order_of_line]


def unit_cost(view: View) -> np.ndarray:
    """Cost of one unit by line number."""
    cost = np.array([product.cost for product in view.scenario.products.values()])
    return np.concatenate([[0.0], cost[view.of(facts.LineOrdered)["sku"]]])


def sold(view: View, since: float) -> np.ndarray:
    """By line number: units of its own item of which the sale is booked from a time on."""
    table = view.of(facts.Allocated)
    units = table["units"] * (booked_at(view, table) >= since)
    return np.bincount(table["line"], units, len(view.order_of_line))


def instead(view: View, worth: Worth, since: float) -> np.ndarray:
    """By line number: the worth of what was given instead of its item, of which the sale is booked from a time on."""
    table = view.of(facts.Substituted)
    each = np.array([getattr(product, worth) for product in view.scenario.products.values()])
    amount = each[table["shelf"] % view.labels.products] * table["units"] * (booked_at(view, table) >= since)
    return np.bincount(table["line"], amount, len(view.order_of_line))


def shipment_rates(view: View) -> np.ndarray:
    """Freight of one shipment by order number: that of its lane, nothing where the customer collects."""
    scenario, ordered = view.scenario, view.of(facts.Ordered)
    rates = np.full(len(ordered["at"]) + 1, scenario.costs.shipment)
    sites, segments, channels = list(scenario.network.sites), list(scenario.market.segments), scenario.market.channels
    if not scenario.network.lanes and all(channel.collect is None for channel in channels.values()):
        return rates
    names = [*channels, ""]
    for site, segment, channel in set(
        zip(*(ordered[name].tolist() for name in ("site", "segment", "channel")), strict=True)
    ):
        mine = (ordered["site"] == site) & (ordered["segment"] == segment) & (ordered["channel"] == channel)
        lane = lane_of(scenario, sites[site], segments[segment], names[channel])
        collected = channel >= 0 and channels[names[channel]].collect is not None
        if collected or (lane is not None and lane.cost is not None):
            rates[ordered["order"][mine]] = 0.0 if collected else lane.cost  # type: ignore[union-attr]
    return rates


@activity("freight")
def freight(view: View) -> Ledgered | None:
    """Shipments and units that left."""
    costs = view.scenario.costs
    rates = shipment_rates(view)
    if not (rates.any() or costs.shipped_unit):
        return None
    given = view.given
    rate = rates[view.order_of_line[given["line"]]]
    units = given["units"] * (left_at(view, given) >= view.begin)
    shipped = np.bincount(given["shipment"], units)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(shipped > 0, 1.0 / shipped, 0.0)
    amount = units * (rate * share[given["shipment"]] + costs.shipped_unit)
    return plain(view, np.bincount(given["line"], amount, len(view.order_of_line)))


@activity("emergency_supply")
def emergency_supply(view: View) -> Ledgered | None:
    """Units by emergency supply, beyond what the regular supply costs."""
    rate = view.scenario.costs.expedited_unit
    return plain(view, in_time(view, facts.Expedited) * rate) if rate else None


@activity("transshipment")
def transshipment(view: View) -> Ledgered | None:
    """Units fetched from another site."""
    rate = view.scenario.costs.transshipped_unit
    return plain(view, in_time(view, facts.Transshipped) * rate) if rate else None


@activity("express")
def express(view: View) -> Ledgered | None:
    """Shipments by the faster transit, beyond the regular freight."""
    rate, table = view.scenario.costs.express_shipment, view.of(facts.ShippedExpress)
    if not rate:
        return None
    hurried, given = np.zeros(len(view.measured_orders)), view.given
    left = dict(zip(given["shipment"].tolist(), left_at(view, given).tolist(), strict=True))
    measured = np.array([left[shipment] >= view.begin for shipment in table["shipment"].tolist()], dtype=float)
    np.add.at(hurried, table["order"], rate * measured)
    return by_order(view, hurried)


@activity("overrides")
def overrides(view: View) -> Ledgered | None:
    """Orders that sales had treated by another rule."""
    rate = view.scenario.costs.override
    if not rate:
        return None
    overridden = np.concatenate([[0.0], view.of(facts.Ordered)["overridden"]])
    return by_order(view, view.measured_orders * overridden * rate)


@activity("holding")
def holding(view: View) -> Ledgered | None:
    """Stock on hand: a share of its cost per time, or money per unit and time."""
    rate, found = view.scenario.costs.holding, averages(view)
    if rate is None or found is None:
        return None
    worth = found.cost if rate.basis == "value" else 1.0
    return by_shelf(view, found.on_hand * worth * rate.amount * view.span)


@activity("replenishment")
def replenishment(view: View) -> Ledgered | None:
    """Orders to suppliers, by order and by unit."""
    costs, found = view.scenario.costs, averages(view)
    if found is None or not (costs.replenishment_order or costs.replenishment_unit):
        return None
    table = view.of(facts.Replenished)
    amount = (costs.replenishment_order + costs.replenishment_unit * table["units"]) * (table["at"] >= view.begin)
    return by_shelf(view, np.bincount(table["shelf"], amount, len(found.cost)))


@activity("order_handling")
def order_handling(view: View) -> Ledgered | None:
    """Customer orders placed."""
    rate = view.scenario.costs.order
    return by_order(view, view.measured_orders * rate) if rate else None


@activity("line_handling")
def line_handling(view: View) -> Ledgered | None:
    """Order lines placed."""
    rate = view.scenario.costs.line
    return plain(view, view.measured_orders[view.order_of_line] * rate) if rate else None


@activity("labour")
def labour(view: View) -> Ledgered | None:
    """Paid hours of staff, worked or not; where a stage has no limit of staff, worked hours."""
    rates, found = view.scenario.costs.labour, jobs(view)
    if not rates or found is None:
        return None
    names = [stage for _, stage in view.ledger.stages]
    rate = np.array([rates.get(name, 0.0) if isinstance(rates, dict) else rates for name in names])
    rate = rate * np.array([site != "" for site, _ in view.ledger.stages])
    if isinstance(rates, float):  # one rate for all is for people: transit is not staff
        rate = rate * np.array(
            [
                name not in ("transit", "shipping") or hours > 0
                for name, hours in zip(names, staff_hours(view), strict=True)
            ]
        )
    worked = worked_hours(view)
    total = np.bincount(found.stage, worked, len(names))
    paid = np.where(staff_hours(view) > 0, staff_hours(view), total)
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(total > 0, rate * paid / total, 0.0)
    order = view.of(facts.Served)["order"]
    result = by_order(view, np.bincount(order, each[found.stage] * worked, len(view.measured_orders)))
    result.by_line[0] = float(rate @ paid) - float(result.by_line[1:].sum())
    return result


@activity("backorder")
def backorder(view: View) -> Ledgered | None:
    """Owing customers: by time, or once for what is newly owed."""
    rate = view.scenario.costs.backorder
    if rate is None or averages(view) is None:
        return None
    units = _owed_hours(view) if rate.hourly else in_time(view, facts.Backordered)
    return charge(view, rate, units, _open_hours if rate.hourly else once)


def _open_hours(view: View, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """By line number: hours in the measured time in which anything of the line is owed, and its part of the
    hours in which anything of its order is. The lines of an order fall short at one moment."""
    short, given, gone = (view.of(k) for k in (facts.Backordered, facts.Allocated, facts.Cancelled))
    begun, last = np.full((2, len(view.order_of_line)), np.nan)
    begun[short["line"]] = last[short["line"]] = short["at"]
    for table in (given, gone):  # in the order of time: the last one stays
        last[table["line"]] = np.fmax(last[table["line"]], table["at"])
    wanted = np.concatenate([[0.0], view.of(facts.LineOrdered)["units"]])
    left = wanted - sum(
        view.by_line(kind) for kind in (facts.Allocated, facts.Substituted, facts.Lost, facts.Cancelled)
    )
    last[left > TINY] = view.end
    hours = np.nan_to_num(np.clip(last, view.begin, view.end) - np.clip(begun, view.begin, view.end))
    longest = np.zeros(len(view.measured_orders))
    np.maximum.at(longest, view.order_of_line, hours)
    owed = np.bincount(view.order_of_line, hours, len(longest))
    return hours, hours * (longest / np.where(owed > 0, owed, 1.0))[view.order_of_line]


def _owed_hours(view: View) -> np.ndarray:
    """Units x hours owed in the measured time, by line number."""
    short, given, gone = (view.of(k) for k in (facts.Backordered, facts.Allocated, facts.Cancelled))
    size, late = len(view.order_of_line), after_waiting(view)
    total = np.zeros(size)
    for line, at, units in (
        (short["line"], short["at"], short["units"]),
        (given["line"][late], given["at"][late], -given["units"][late]),
        (gone["line"], gone["at"], -gone["units"]),
    ):
        total += np.bincount(line, units * (view.end - np.maximum(at, view.begin)), size)
    return total


@activity("lost_sale")
def lost_sale(view: View) -> Ledgered | None:
    """Losing or cancelling units, beyond their margin."""
    rate = view.scenario.costs.lost_sale
    if rate is None:
        return None
    units = in_time(view, facts.Lost) + in_time(view, facts.Cancelled)
    return charge(view, rate, units, once)


@activity("fixed")
def fixed(view: View) -> Ledgered | None:
    """Fixed cost, equally by line."""
    rate, lines = view.scenario.costs.fixed, lines_measured(view)
    if not rate:
        return None
    found = zero(view)
    found[lines if len(lines) else [0]] = rate * view.span / max(len(lines), 1)
    return plain(view, found)


@table_of_view
def costs(view: View) -> dict[str, Ledgered]:
    """The costs of every activity that costs anything."""
    found = {name: cost(view) for name, cost in activity_costs().items()}
    return {name: each for name, each in found.items() if each is not None}


def in_measured_time(view: View, table: Columns) -> np.ndarray:
    """1 for each fact of a table that happened in the measured time."""
    return (table["at"] >= view.begin).astype(float)
