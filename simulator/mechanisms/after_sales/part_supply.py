"""How many parts are needed, whether they are there, how long repairs of them take, and what forecasts are worth."""

import numpy as np

from simulator.measures.registry import kpi
from simulator.measures.slices import Fixed, Ratio, Rows, Sliced
from simulator.measures.view import View
from simulator.mechanisms.after_sales.facts import PartBought, PartNeeded, PartRepaired, PartsForecasted, PartSupplied
from simulator.mechanisms.after_sales.kpis import section_of


def _part_rows(view: View, part: np.ndarray) -> Rows:
    size = view.labels.sizes["part"]
    return Rows(part, size, {"part": np.arange(size)}, view.labels.sizes)


def _has_parts(view: View) -> bool:
    section = section_of(view)
    return section is not None and bool(section.parts)


@kpi(unit="share of parts", better="higher", of="parts needed in the measured time")
def part_fill_rate(view: View) -> Ratio | None:
    """Parts that are there at the moment at which they are asked for, at the place from which they are taken / parts
    needed. One taken out of another unit that waits was not there."""
    if not _has_parts(view):
        return None
    needed, given = view.of(PartNeeded), view.of(PartSupplied)
    size = view.labels.sizes["part"]
    at = dict(zip((given["case"] * size + given["part"]).tolist(), given["at"].tolist(), strict=True))
    met = np.array([at.get(key, np.inf) for key in (needed["case"] * size + needed["part"]).tolist()], dtype=float)
    chosen = view.measures(needed["at"])
    return _part_rows(view, needed["part"][chosen]).ratio((met <= needed["at"])[chosen].astype(float), 1.0)


@kpi(unit="parts", better="lower", of="measured time")
def part_backorders(view: View) -> Ratio | None:
    """Mean number of parts that failed units wait for at their places (expected backorders), over the measured time;
    parts on their way to the customer are not waited for there."""
    if not _has_parts(view):
        return None
    needed, given = view.of(PartNeeded), view.of(PartSupplied)
    part = np.concatenate([needed["part"], given["part"]])
    left = np.concatenate([_left(view, needed["at"]), -_left(view, given["at"])])
    return _part_rows(view, part).ratio(left, Fixed(view.span))


def _left(view: View, at: np.ndarray) -> np.ndarray:
    """Hours of the measured time after each moment."""
    found: np.ndarray = view.end - np.clip(at, view.begin, view.end)
    return found


@kpi(unit="parts per week", better="neither", of="measured time")
def parts_needed(view: View) -> Ratio | None:
    """Parts that failures needed in the measured time / weeks."""
    if not _has_parts(view):
        return None
    needed = view.of(PartNeeded)
    part = needed["part"][view.measures(needed["at"])]
    return _part_rows(view, part).ratio(np.ones(len(part)), Fixed(view.span / (7 * 24)))


@kpi(unit="parts per week", better="neither", of="measured time")
def parts_bought(view: View) -> Ratio | None:
    """New parts ordered in the measured time, in place of what was used up or condemned, or as a last purchase
    / weeks."""
    if not _has_parts(view):
        return None
    bought = view.of(PartBought)
    chosen = view.measures(bought["at"])
    rows = _part_rows(view, bought["part"][chosen])
    return rows.ratio(bought["units"][chosen].astype(float), Fixed(view.span / (7 * 24)))


@kpi(unit="hours", better="lower", of="failed parts repaired in the measured time")
def repair_turnaround(view: View) -> Ratio | None:
    """Mean time from the arrival of a failed part at its repair shop until it is repaired."""
    section = section_of(view)
    if section is None or all(part.repair is None for part in section.parts.values()):
        return None
    done = view.of(PartRepaired)
    chosen = view.measures(done["at"])
    return _part_rows(view, done["part"][chosen]).ratio((done["at"] - done["came"])[chosen], 1.0)


def _forecast_errors(view: View, by: str) -> Sliced | None:
    """Absolute errors of forecasts that are known to be right or wrong / what was needed."""
    section = section_of(view)
    if section is None or section.forecast is None:
        return None
    made, needed = view.of(PartsForecasted), view.of(PartNeeded)
    known = (made["at"] >= view.begin) & (made["until"] <= view.end) & ~np.isnan(made["by_usage"])
    absolute, actual = np.zeros((2, int(known.sum())))
    part = made["part"][known]
    for place in np.unique(part).tolist():
        mine = part == place
        times = np.sort(needed["at"][needed["part"] == place])
        many = np.searchsorted(times, made["until"][known][mine]) - np.searchsorted(times, made["at"][known][mine])
        actual[mine] = many
        absolute[mine] = np.abs(made[by][known][mine] - many)
    return _part_rows(view, part).ratio(absolute, actual)


@kpi(unit="errors per part needed", better="lower", of="parts needed in periods that were forecasted")
def base_forecast_error(view: View) -> Sliced | None:
    """Absolute errors of forecasts of the need for parts from the units in service and their ages / parts needed
    (WMAPE), over the periods for which there is a forecast from past usage too. Units still to be sold are not
    foreseen."""
    return _forecast_errors(view, "by_base")


@kpi(unit="errors per part needed", better="lower", of="parts needed in periods that were forecasted")
def usage_forecast_error(view: View) -> Sliced | None:
    """Absolute errors of forecasts of the need for parts from the mean of the periods before / parts needed (WMAPE)."""
    return _forecast_errors(view, "by_usage")
