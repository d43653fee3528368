"""How often units fail, for how long they are down, who is there how soon, and whether the parts are there."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulator.measures.registry import kpi
from simulator.measures.slices import Derived, Fixed, Ratio, Rows
from simulator.measures.view import View, table_of_run, table_of_view
from simulator.mechanisms.after_sales.facts import (
    Arrived,
    Failed,
    Joined,
    Restored,
    Retired,
    SetOut,
    Visited,
)
from simulator.planning.working_time import WorkingTime
from simulator.scenario.after_sales import AfterSales
from simulator.units import YEAR


@dataclass(frozen=True)
class Units:
    """Every unit that was in service, by number (place 0 unused). Times in hours."""

    line: np.ndarray
    sku: np.ndarray
    tier: np.ndarray
    """-1 where it has no contract."""
    joined: np.ndarray
    """When it came into service; nan in place 0."""
    retired: np.ndarray
    """When it left; infinite where it has not."""


@dataclass(frozen=True)
class Cases:
    """Every failure of the run, in the order of time. Times in hours."""

    at: np.ndarray
    line: np.ndarray
    unit: np.ndarray
    payer: np.ndarray
    due: np.ndarray
    restored: np.ndarray
    """When the unit ran again; nan where it does not yet."""
    arrived: np.ndarray
    """When a technician was there for the first time; nan where none was."""
    visits: np.ndarray
    """Visits that have ended."""
    work: np.ndarray
    """Hours of work in these."""
    travel: np.ndarray
    """Hours of travel, of technicians who have arrived."""
    first_fixed: np.ndarray
    """Whether the first visit ended with a unit that runs."""


def section_of(view: View) -> AfterSales | None:
    """What the scenario says of after-sales."""
    return view.scenario.after_sales


@table_of_run
def units(view: View) -> Units:
    """All units."""
    joined, retired = view.of(Joined), view.of(Retired)
    size = int(joined["unit"].max(initial=0)) + 1
    found = {name: np.zeros(size, dtype=np.int64) for name in ("line", "sku", "tier")}
    for name, column in found.items():
        column[joined["unit"]] = joined[name]
    begin, end = np.full(size, np.nan), np.full(size, np.inf)
    begin[joined["unit"]] = joined["at"]
    end[retired["unit"]] = retired["at"]
    return Units(joined=begin, retired=end, **found)


@table_of_run
def cases(view: View) -> Cases:
    """All failures."""
    failed, back, out, there, done = (view.of(kind) for kind in (Failed, Restored, SetOut, Arrived, Visited))
    size = len(failed["at"]) + 1  # cases are numbered as they come
    restored, arrived = np.full(size, np.nan), np.full(size, np.nan)
    restored[back["case"]] = back["at"]
    first = there["visit"] == 1
    arrived[there["case"][first]] = there["at"][first]
    left = dict(zip(zip(out["case"].tolist(), out["visit"].tolist(), strict=True), out["at"].tolist(), strict=True))
    way = [
        at - left[case, visit]
        for at, case, visit in zip(there["at"].tolist(), there["case"].tolist(), there["visit"].tolist(), strict=True)
    ]
    mine = (done["visit"] == 1) & (done["fixed"] > 0)
    return Cases(
        at=failed["at"],
        line=failed["line"],
        unit=failed["unit"],
        payer=failed["payer"],
        due=failed["due"],
        restored=restored[1:],
        arrived=arrived[1:],
        visits=np.bincount(done["case"], minlength=size)[1:],
        work=np.bincount(done["case"], done["work"], size)[1:],
        travel=np.bincount(there["case"], np.array(way, dtype=float), size)[1:],
        first_fixed=np.bincount(done["case"][mine], minlength=size)[1:] > 0,
    )


def rows_of(view: View, unit: np.ndarray) -> Rows:
    """Some units, or what happened to them, by product, service contract, and segment, channel ... of the order."""
    known, labels = units(view), view.labels
    products, sources = labels.products, labels.sources
    tiers = labels.sizes["service_contract"] + 1
    order = np.where(known.line[unit] > 0, view.order_of_line[known.line[unit]], 0)
    source = view.source_of_order[order]
    kinds = products * tiers
    codes = {name: np.tile(code, kinds) for name, code in labels.source_codes.items() if name != "site"}
    codes["sku"] = np.repeat(np.arange(products), tiers * sources)
    codes["service_contract"] = np.tile(np.repeat(np.append(np.arange(tiers - 1), -1), sources), products)
    cell = (known.sku[unit] * tiers + known.tier[unit] % tiers) * sources + source
    return Rows(cell, kinds * sources, codes, labels.sizes)


def reported(view: View) -> np.ndarray:
    """Which failures were reported in the measured time."""
    return view.measures(cases(view).at)


def _ratio(view: View, chosen: np.ndarray, above: np.ndarray, below: np.ndarray | None = None) -> Ratio:
    """A ratio over some failures."""
    lower = np.ones(int(chosen.sum())) if below is None else below[chosen].astype(float)
    return rows_of(view, cases(view).unit[chosen]).ratio(above[chosen].astype(float), lower)


def _of_those_repaired(view: View, what: Callable[[Cases], np.ndarray]) -> Ratio | None:
    """A mean over the failures whose units run again; nothing where no technicians are sent."""
    section = section_of(view)
    if section is None or not section.technicians:
        return None
    found = cases(view)
    return _ratio(view, reported(view) & ~np.isnan(found.restored), what(found))


@table_of_view
def in_service(view: View) -> np.ndarray:
    """By unit: hours in service in the measured time."""
    known = units(view)
    hours = np.clip(known.retired, view.begin, view.end) - np.clip(known.joined, view.begin, view.end)
    found: np.ndarray = np.nan_to_num(hours)
    return found


@table_of_view
def hours_down(view: View) -> np.ndarray:
    """By failure: hours down in the measured time."""
    found = cases(view)
    end = np.where(np.isnan(found.restored), view.end, found.restored)
    hours: np.ndarray = np.clip(end, view.begin, view.end) - np.clip(found.at, view.begin, view.end)
    return hours


@kpi(unit="units", better="neither", of="measured time")
def installed_base(view: View) -> Ratio | None:
    """Mean number of units in service over the measured time, those that are down included."""
    if section_of(view) is None:
        return None
    return rows_of(view, np.arange(len(units(view).sku))).ratio(in_service(view), Fixed(view.span))


@kpi(unit="share of time", better="higher", of="time in service of all units")
def availability(view: View) -> Ratio | None:
    """Time for which units run / time for which they are in service, in the measured time (uptime)."""
    if section_of(view) is None:
        return None
    served = in_service(view)
    unit = cases(view).unit
    down, failed = np.bincount(unit, hours_down(view), len(served)), np.bincount(unit, reported(view), len(served))
    rows = rows_of(view, np.arange(len(served)))
    return Ratio(rows, rows.sums(served - down), rows.sums(served), cases=rows.sums(failed))


@kpi(unit="failures per unit and year", better="lower", of="years in service of all units")
def failure_rate(view: View) -> Ratio | None:
    """Failures in the measured time / years for which units are in service in it, down or not."""
    if section_of(view) is None:
        return None
    served = in_service(view) / YEAR
    failed = np.bincount(cases(view).unit, reported(view), len(served))
    return rows_of(view, np.arange(len(served))).ratio(failed, served)


@kpi(unit="failures per week", better="lower", of="measured time")
def failures(view: View) -> Ratio | None:
    """Failures in the measured time / weeks."""
    if section_of(view) is None:
        return None
    chosen = reported(view)
    return rows_of(view, cases(view).unit[chosen]).ratio(np.ones(int(chosen.sum())), Fixed(view.span / (7 * 24)))


@kpi(unit="hours", better="lower", of="failures reported in the measured time")
def downtime(view: View) -> Ratio | None:
    """Mean time by the clock from a failure until the unit runs again, or another one in its place. One that is still
    down at the end of the run counts with its time until then: see `open_failures`."""
    if section_of(view) is None:
        return None
    found, chosen = cases(view), reported(view)
    return _ratio(view, chosen, np.where(np.isnan(found.restored), view.end, found.restored) - found.at)


@kpi(unit="share of failures", better="lower", of="failures reported in the measured time")
def open_failures(view: View) -> Ratio | None:
    """Failures whose units are still down at the end of the run / failures. Where it is not small, technicians, shops
    or parts cannot keep up, and times depend on the length of the run."""
    if section_of(view) is None:
        return None
    return _ratio(view, reported(view), np.isnan(cases(view).restored))


@kpi(unit="hours", better="lower", of="failures reported in the measured time")
def response_time(view: View) -> Ratio | None:
    """Mean time by the clock from the report of a failure until a technician is there for the first time. Where none
    was there by the end of the run, the time until then counts: see `open_failures`."""
    section = section_of(view)
    if section is None or not section.technicians:
        return None
    found, chosen = cases(view), reported(view)
    return _ratio(view, chosen, np.where(np.isnan(found.arrived), view.end, found.arrived) - found.at)


def late_responses(view: View) -> tuple[np.ndarray, np.ndarray]:
    """By failure: whether it is known that its response time was kept or not, and whether it was not."""
    found = cases(view)
    known = ~np.isnan(found.due) & ((found.due < view.end) | ~np.isnan(found.arrived))
    return known, known & ~(found.arrived <= found.due)


@kpi(unit="share of failures", better="higher", of="failures with a response time that is known to be kept or not")
def response_in_time(view: View) -> Ratio | None:
    """Failures at which a technician was within the response time of the contract (or the general one) / failures that
    have such a time. One that nobody has come to counts when that time is over."""
    section = section_of(view)
    if section is None or not section.technicians:
        return None
    known, late = late_responses(view)
    chosen = reported(view) & known
    return _ratio(view, chosen, ~late) if (~np.isnan(cases(view).due)).any() else None


@kpi(unit="hours", better="lower", of="failures reported in the measured time whose units run again")
def repair_time(view: View) -> Ratio | None:
    """Mean hours of technicians' work until a unit runs again, travel and waits left out."""
    return _of_those_repaired(view, lambda found: found.work)


@kpi(unit="share of failures", better="higher", of="failures reported in the measured time whose units run again")
def first_time_fix(view: View) -> Ratio | None:
    """Failures after whose first visit the unit runs / failures whose units run again."""
    return _of_those_repaired(view, lambda found: found.first_fixed)


@kpi(unit="visits per failure", better="lower", of="failures reported in the measured time whose units run again")
def visits_per_failure(view: View) -> Ratio | None:
    """Visits of technicians / failures whose units run again."""
    return _of_those_repaired(view, lambda found: found.visits)


@kpi(unit="share of time", better="neither", of="paid time of technicians")
def technician_utilisation(view: View) -> Derived | None:
    """Time for which technicians travel or work / their time on duty, in the measured time. Work after hours counts, so
    that it may be above 1."""
    section = section_of(view)
    if section is None or not section.technicians:
        return None
    out, done = view.of(SetOut), view.of(Visited)
    ends = dict(zip(zip(done["case"].tolist(), done["visit"].tolist(), strict=True), done["at"].tolist(), strict=True))
    until = np.array(
        [ends.get(key, np.inf) for key in zip(out["case"].tolist(), out["visit"].tolist(), strict=True)], dtype=float
    )
    busy = (np.clip(until, view.begin, view.end) - np.clip(out["at"], view.begin, view.end)).sum()
    duty = 0.0
    for team in section.technicians.values():
        hours = view.span
        if team.calendar is not None:
            times = WorkingTime(view.scenario.network.calendars[team.calendar], view.scenario.run.start).open_before(
                np.array([view.begin, view.end])
            )
            hours = float(times[1] - times[0])
        duty += team.number * hours
    return Derived({"": np.array([busy / duty if duty else np.nan])})
