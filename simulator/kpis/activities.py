"""What each activity costs: facts times the scenario's rates, laid on order lines.

Every cost is laid on order lines, so that cost-to-serve by segment, channel, customer or SKU is a sum
over lines: what an order costs is shared equally by its lines, what a stage costs by the work it did, what
a shelf costs by the units wanted from it, and fixed cost equally by lines.
"""

import numpy as np

from simulator.kpis.contracts import scorecards
from simulator.kpis.desk_costs import error_correction, short_payment
from simulator.kpis.freight import freight
from simulator.kpis.labels import ACTIVITIES
from simulator.kpis.laying import (
    Ledgered,
    by_order,
    by_shelf,
    charge,
    in_time,
    lines_measured,
    once,
    plain,
    unit_cost,
    zero,
)
from simulator.kpis.lead_time import jobs, staff_hours, worked_hours
from simulator.kpis.penalties import penalty_by_line
from simulator.kpis.recovery_costs import emergency_supply, express, overrides, transshipment
from simulator.kpis.stock import after_waiting, averages
from simulator.kpis.view import TINY, View, table_of_view
from simulator.ledger import facts


def holding(view: View) -> Ledgered | None:
    """Stock on hand: a share of its cost per time, or money per unit and time."""
    rate, found = view.scenario.costs.holding, averages(view)
    if rate is None or found is None:
        return None
    worth = found.cost if rate.basis == "value" else 1.0
    return by_shelf(view, found.on_hand * worth * rate.amount * view.span)


def replenishment(view: View) -> Ledgered | None:
    """Orders to suppliers, by order and by unit."""
    costs, found = view.scenario.costs, averages(view)
    if found is None or not (costs.replenishment_order or costs.replenishment_unit):
        return None
    table = view.of(facts.Replenished)
    amount = (costs.replenishment_order + costs.replenishment_unit * table["units"]) * (table["at"] >= view.begin)
    return by_shelf(view, np.bincount(table["shelf"], amount, len(found.cost)))


def order_handling(view: View) -> Ledgered | None:
    """Customer orders placed."""
    rate = view.scenario.costs.order
    return by_order(view, view.measured_orders * rate) if rate else None


def line_handling(view: View) -> Ledgered | None:
    """Order lines placed."""
    rate = view.scenario.costs.line
    return plain(view, view.measured_orders[view.order_of_line] * rate) if rate else None


def labour(view: View) -> Ledgered | None:
    """Paid hours of staff, worked or not; where a stage has no limit of staff, worked hours."""
    rates, found = view.scenario.costs.labour, jobs(view)
    if not rates or found is None:
        return None
    names = [stage for _, stage in view.ledger.stages]
    rate = np.array([rates.get(name, 0.0) if isinstance(rates, dict) else rates for name in names])
    rate = rate * np.array([site != "" for site, _ in view.ledger.stages])
    if isinstance(rates, float):  # one rate for all is for people: transit is not staff
        rate = rate * np.array([name not in ("transit", "shipping") or hours > 0
                                for name, hours in zip(names, staff_hours(view), strict=True)])  # fmt: skip
    worked = worked_hours(view)
    total = np.bincount(found.stage, worked, len(names))
    paid = np.where(staff_hours(view) > 0, staff_hours(view), total)
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(total > 0, rate * paid / total, 0.0)
    order = view.of(facts.Served)["order"]
    result = by_order(view, np.bincount(order, each[found.stage] * worked, len(view.measured_orders)))
    result.by_line[0] = float(rate @ paid) - float(result.by_line[1:].sum())
    return result


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


def lost_sale(view: View) -> Ledgered | None:
    """Losing or cancelling units, beyond their margin."""
    rate = view.scenario.costs.lost_sale
    if rate is None:
        return None
    units = in_time(view, facts.Lost) + in_time(view, facts.Cancelled)
    return charge(view, rate, units, once)


def returns_handling(view: View) -> Ledgered | None:
    """Lines that came back."""
    rate = view.scenario.costs.returned_line
    return plain(view, (in_time(view, facts.Returned) > 0) * rate) if rate else None


def refurbishing(view: View) -> Ledgered | None:
    """Units refurbished."""
    rate, table = view.scenario.costs.refurbished_unit, view.of(facts.Restocked)
    if not rate:
        return None
    units = table["units"] * table["refurbished"] * (table["at"] >= view.begin)
    return plain(view, np.bincount(table["line"], units, len(view.order_of_line)) * rate)


def write_off(view: View) -> Ledgered | None:
    """Units disposed of, at a share of their cost."""
    if not len(view.of(facts.Disposed)["line"]):
        return None
    return plain(view, in_time(view, facts.Disposed) * unit_cost(view) * view.scenario.costs.write_off)


def fixed(view: View) -> Ledgered | None:
    """Fixed cost, equally by line."""
    rate, lines = view.scenario.costs.fixed, lines_measured(view)
    if not rate:
        return None
    found = zero(view)
    found[lines if len(lines) else [0]] = rate * view.span / max(len(lines), 1)
    return plain(view, found)


def sla_penalty(view: View) -> Ledgered | None:
    """Penalties of service-level agreements, on the orders that caused them."""
    cards = scorecards(view)
    if not any(card.contract.penalty for card in cards):
        return None
    return plain(view, sum((penalty_by_line(view, card) for card in cards), zero(view)))


ACTIVITY_COSTS = (holding, replenishment, order_handling, line_handling, labour, freight, backorder, lost_sale,
                  returns_handling, refurbishing, write_off, fixed, emergency_supply, transshipment, express,
                  overrides, error_correction, short_payment, sla_penalty)  # fmt: skip


@table_of_view
def costs(view: View) -> dict[str, Ledgered]:
    """The costs of every activity that costs anything."""
    found = {name: cost(view) for name, cost in zip(ACTIVITIES, ACTIVITY_COSTS, strict=True)}
    return {name: each for name, each in found.items() if each is not None}
