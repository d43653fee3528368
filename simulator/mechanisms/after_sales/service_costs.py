"""What repairs cost the company: those that warranty or a service contract pays. Others are paid by the customer."""

import numpy as np

from simulator.measures.activity_costs import Ledgered, activity, plain
from simulator.measures.registry import kpi
from simulator.measures.slices import Fixed, Ratio
from simulator.measures.view import View, table_of_view
from simulator.mechanisms.after_sales.facts import CUSTOMER, WARRANTY, Arrived, PartNeeded, Restored, SetOut, Visited
from simulator.mechanisms.after_sales.kpis import (
    cases,
    in_service,
    late_responses,
    reported,
    rows_of,
    section_of,
    units,
)
from simulator.units import exact


def _paid(view: View) -> np.ndarray:
    """By case (place 0 is none): 1 where the company pays."""
    return np.append(0.0, cases(view).payer != CUSTOMER)


def _begun(view: View, table: dict[str, np.ndarray]) -> np.ndarray:
    return view.measures(table["at"]).astype(float)


@table_of_view
def travel_by_case(view: View) -> np.ndarray:
    """By case: what the ways cost that ended in the measured time."""
    out, there = view.of(SetOut), view.of(Arrived)
    left = dict(zip(zip(out["case"].tolist(), out["visit"].tolist(), strict=True), out["at"].tolist(), strict=True))
    keys = zip(there["case"].tolist(), there["visit"].tolist(), strict=True)
    hours = there["at"] - np.array([left[key] for key in keys], dtype=float)
    paid = _paid(view)
    found: np.ndarray = paid * np.bincount(there["case"], hours * _begun(view, there), len(paid))
    return found * view.scenario.costs.travel


@table_of_view
def labour_by_case(view: View) -> np.ndarray:
    """By case: what the work costs that ended in the measured time."""
    done, paid = view.of(Visited), _paid(view)
    found: np.ndarray = paid * np.bincount(done["case"], done["work"] * _begun(view, done), len(paid))
    return found * view.scenario.costs.technician


@table_of_view
def parts_by_case(view: View) -> np.ndarray:
    """By case: what the parts cost that were needed in the measured time, new or repaired; and new units in place of
    failed ones."""
    section = section_of(view)
    assert section is not None
    needed, back, paid = view.of(PartNeeded), view.of(Restored), _paid(view)
    new = np.array([part.cost for part in section.parts.values()])
    mended = np.array([0.0 if part.repair is None else part.repair.cost for part in section.parts.values()])
    each = np.zeros(len(needed["at"]))
    if len(new):
        each = np.where(needed["scrapped"] > 0, new[needed["part"]], mended[needed["part"]])
    cost = np.bincount(needed["case"], each * _begun(view, needed), len(paid))
    worth = np.array([product.cost for product in view.scenario.products.values()])
    swapped = worth[units(view).sku[back["unit"]]] * (back["replaced"] > 0)
    found: np.ndarray = paid * (cost + np.bincount(back["case"], swapped * _begun(view, back), len(paid)))
    return found


def _laid(view: View, by_case: np.ndarray) -> Ledgered:
    """The cost of cases on the lines by which their units were sold."""
    line = np.append(0, cases(view).line)
    return plain(view, np.bincount(line, by_case, len(view.order_of_line)))


@activity("service_travel")
def service_travel(view: View) -> Ledgered | None:
    """Technicians on their way."""
    return _laid(view, travel_by_case(view)) if section_of(view) is not None and view.scenario.costs.travel else None


@activity("service_labour")
def service_labour(view: View) -> Ledgered | None:
    """Technicians' work."""
    if section_of(view) is None or not view.scenario.costs.technician:
        return None
    return _laid(view, labour_by_case(view))


@activity("spare_parts")
def spare_parts(view: View) -> Ledgered | None:
    """Parts, new or repaired, and new units in place of failed ones."""
    return _laid(view, parts_by_case(view)) if section_of(view) is not None else None


@table_of_view
def penalty_by_unit(view: View) -> np.ndarray:
    """By unit: penalties for responses that were known to be late in the measured time, and for time down beyond what
    the contract allows in each period that ended in it."""
    section, known, found = section_of(view), units(view), cases(view)
    assert section is not None
    tiers = list(section.contracts.values())
    penalty = np.zeros(len(known.sku))
    _, late = late_responses(view)
    each = np.array([*(tier.late_response for tier in tiers), 0.0])
    due = late & view.measures(found.due)
    penalty = penalty + np.bincount(found.unit, each[known.tier[found.unit]] * due, len(penalty))
    for place, tier in enumerate(tiers):
        if tier.uptime is not None and tier.hour_down:
            penalty += tier.hour_down * _beyond(view, place, tier.uptime, tier.period)
    return penalty


def _beyond(view: View, place: int, uptime: float, period: float) -> np.ndarray:
    """By unit of a contract: hours down beyond what it allows. Periods begin when a unit comes into service; one in
    which it leaves, and one that ends after the run, are not settled."""
    known, found = units(view), cases(view)
    beyond = np.zeros(len(known.sku))
    mine = np.flatnonzero(known.tier[found.unit] == place)
    restored = np.where(np.isnan(found.restored), view.end, found.restored)
    down: dict[tuple[int, int], float] = {}
    for case in mine.tolist():
        unit, start = int(found.unit[case]), float(known.joined[found.unit[case]])
        at, until = float(found.at[case]), float(restored[case])
        number = int((at - start) // period)
        while (begins := exact(start + number * period)) < until:
            ends = exact(start + (number + 1) * period)
            down[unit, number] = down.get((unit, number), 0.0) + max(min(until, ends) - max(at, begins), 0.0)
            number += 1
    for (unit, number), hours in down.items():
        ends = exact(float(known.joined[unit]) + (number + 1) * period)
        if view.begin < ends <= view.end and ends <= known.retired[unit]:
            beyond[unit] += max(hours - (1 - uptime) * period, 0.0)
    return beyond


@activity("service_penalties")
def service_penalties(view: View) -> Ledgered | None:
    """Responses that were late, and time down beyond what service contracts allow."""
    if section_of(view) is None or not section_of(view).contracts:  # type: ignore[union-attr]
        return None
    return plain(view, np.bincount(units(view).line, penalty_by_unit(view), len(view.order_of_line)))


@kpi(unit="money per week", better="lower", of="measured time")
def service_penalty_cost(view: View) -> Ratio | None:
    """Penalties of service contracts, for late responses and for time down beyond what they allow / weeks."""
    section = section_of(view)
    if section is None or not section.contracts:
        return None
    penalty = penalty_by_unit(view)
    return rows_of(view, np.arange(len(penalty))).ratio(penalty, Fixed(view.span / (7 * 24)))


@kpi(unit="money per claim", better="lower", of="failures under warranty reported in the measured time")
def warranty_cost_per_claim(view: View) -> Ratio | None:
    """Parts, work, travel and new units in place of failed ones of failures under warranty that were reported in the
    measured time, as far as they were done in it / such failures."""
    section = section_of(view)
    if section is None or not any(each.warranty for each in section.installed.values()):
        return None
    found = cases(view)
    chosen = reported(view) & (found.payer == WARRANTY)
    cost = (travel_by_case(view) + labour_by_case(view) + parts_by_case(view))[1:]
    return rows_of(view, found.unit[chosen]).ratio(cost[chosen], 1.0)


@kpi(unit="claims per unit and year", better="lower", of="years in service of all units")
def warranty_claims(view: View) -> Ratio | None:
    """Failures under warranty in the measured time / years for which units are in service in it, under warranty or
    not."""
    section = section_of(view)
    if section is None or not any(each.warranty for each in section.installed.values()):
        return None
    served, found = in_service(view) / 8760.0, cases(view)
    claims = np.bincount(found.unit, reported(view) & (found.payer == WARRANTY), len(served))
    return rows_of(view, np.arange(len(served))).ratio(claims.astype(float), served)
