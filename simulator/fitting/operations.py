"""The network, service policy and costs of a fitted scenario: mostly assumed, and said so."""

import math
from typing import Any

import numpy as np

from simulator.fitting.draft import Draft, Path, rounded
from simulator.fitting.market import DAYS, Found
from simulator.fitting.options import Options
from simulator.fitting.returns import DELIVERY
from simulator.units import hours

BUSY = 0.75
"""Share of their time that the assumed staff are busy at the most, on average."""
LONGEST = 14.0
"""Hours of a day that an office is open at the most; orders that come round the clock wait for it."""
WORK: dict[str, dict[str, Any]] = {
    "entry": {"time": {"exponential": {"mean": "4 min"}}},
    "picking": {"time": {"gamma": {"mean": "5 min", "cv": 0.5}}, "line_time": {"exponential": {"mean": "1 min"}}},
    "packing": {"time": {"gamma": {"mean": "6 min", "cv": 0.5}}},
}
"""Assumed working times of the stages."""
TRANSIT = {"gamma": {"mean": "1 day", "cv": 0.3}}
COSTS: dict[str, Any] = {
    "replenishment_order": 30, "labour": 18, "shipment": 6, "returned_line": 4, "backorder": "1 % per week",
}  # fmt: skip
SITE: Path = ("network", "sites", "warehouse")


def write_network(draft: Draft, found: Found, options: Options) -> None:
    """Calendar, supplier, order cycle and stock."""
    days, opens, closes = office(found)
    draft.put(("network", "calendars", "office"),
              {"days": _days(days), "hours": f"{opens:02d}:00-{closes:02d}:00"},
              "Assumed: the office works when orders come in, but for the first and last per cent of them.",
              "the office works on the weekdays and hours at which orders come in")  # fmt: skip
    lead_time = options.lead_time if isinstance(options.lead_time, str) else dict(options.lead_time)
    draft.put(("network", "suppliers", "supplier", "lead_time"), lead_time,
              assumed="an order history does not show what suppliers take")  # fmt: skip
    weekly = found.arrivals.per_week * hours_of_work(found.lines_per_order)
    open_hours = len(days) * (closes - opens)
    stages: list[dict[str, Any]] = []
    for (name, work), load in zip(WORK.items(), weekly / open_hours, strict=True):
        staff = max(1, math.ceil(load / BUSY))
        draft.comments[*SITE, "stages", len(stages)] = f"{name}: {100 * load / staff:.0f} % busy on average"
        stages.append({"stage": name, "staff": staff, "calendar": "office", **work})
    stages.append({"stage": "transit", "time": TRANSIT})
    draft.put((*SITE, "stages"), stages,
              assumed="working times, with staff enough to be busy 75 % of their time at the most")  # fmt: skip
    _stock(draft, found, options)


def hours_of_work(lines: float) -> np.ndarray:
    """Hours of work that an order of so many lines makes in each stage of `WORK`.

    >>> (60 * hours_of_work(10)).round().tolist()
    [4.0, 15.0, 6.0]
    """
    return np.array([_mean(work["time"]) + lines * _mean(work.get("line_time")) for work in WORK.values()])


def _mean(law: dict[str, Any] | None) -> float:
    return hours(next(iter(law.values()))["mean"]) if law is not None else 0.0


def office(found: Found) -> tuple[list[int], int, int]:
    """Weekdays, opening and closing hour that hold all but stray orders; eight to five where times have no hour."""
    days = np.flatnonzero(found.arrivals.weekdays >= 0.1).tolist()
    if found.arrivals.hours is None:
        return days, 8, 17
    levels = np.cumsum(found.arrivals.hours) / found.arrivals.hours.sum()
    opens, closes = int(np.argmax(levels > 0.01)), int(np.argmax(levels >= 0.99)) + 1
    return (days, opens, closes) if closes - opens <= LONGEST else (days, 8, 18)


def _days(days: list[int]) -> str:
    """Such as mon-fri,sun.

    >>> _days([0, 1, 2, 3, 4, 6]), _days(list(range(7)))
    ('mon-fri,sun', 'daily')
    """
    if len(days) == 7:
        return "daily"
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join("-".join(DAYS[day].lower() for day in dict.fromkeys((run[0], run[-1]))) for run in runs)


def _stock(draft: Draft, found: Found, options: Options) -> None:
    def rule(target: float) -> dict[str, Any]:
        return {"rule": "reorder_point", "cover": options.cover, "target": {"unit_fill_rate": target}}

    place = (*SITE, "stock")
    draft.put((*place, "default"), rule(options.target),
              "For every SKU: its reorder point is computed from the target, its own demand and the supplier's lead "
              "time; an order covers so long a time of mean demand.")  # fmt: skip
    draft.assumed[".".join((*map(str, place), "default"))] = "rule, target and cover are a starting point"
    for sku, kind in found.skus["abc"].items():
        if options.targets.get(kind, options.target) != options.target and sku != "default":
            draft.put((*place, str(sku)), rule(options.targets[kind]))


def write_service(draft: Draft, found: Found, options: Options) -> None:
    """Promise, target and return terms."""
    returns = found.returns
    rules: list[dict[str, Any]] = [
        {"promise": {"rule": "fixed", "time": options.promise}, "target": {"unit_fill_rate": options.target}}
    ]
    for (segment, channel), rate in sorted(returns.rates.items()):
        when = {name: value for name, value in (("segment", segment), ("channel", channel)) if value}
        terms = {"rate": rounded(rate, 3), "lag": returns.lag, "part": returns.part}
        rules.append({**({"when": when} if when else {}), "returns": terms})
    draft.put(("service", "rules"), rules)
    draft.comments["service", "rules", 0] = "Assumed: the promise; a history of orders does not show deliveries."
    draft.assumed["service.rules[0].promise"] = "an order history shows neither promises nor deliveries"
    if returns.rates:
        draft.comments["service", "rules", 1] = _told(found)
    if returns.rates and not math.isfinite(returns.mean_lag):
        draft.assumed["service.rules[*].returns.lag"] = "too few returns follow a sale on file; whole lines come back"
    draft.put(("service", "stockout"), {"rule": "backorder", "ship": "units"},
              assumed="what there is leaves at once, the rest follows")  # fmt: skip


def _told(found: Found) -> str:
    returns = found.returns
    text = f"rate: return lines over lines sold in the same weeks ({returns.lines:,} of {len(found.sales):,} in all)."
    if not math.isfinite(returns.mean_lag):
        return f"{text}\nAssumed: lag and part; only {returns.matched} returns follow a sale to the same customer."
    return (
        f"{text} lag and part: from the {returns.matched:,} returns that follow a sale of the SKU to the same "
        f"customer; {returns.mean_lag:.3g} days on average, {DELIVERY:g} days taken off for the delivery. A lag is "
        f"seen only inside the history: long ones are weighted up, those beyond "
        f"{found.arrivals.window.weeks:.3g} weeks are missing."
    )


def write_costs(draft: Draft, options: Options) -> None:
    """Cost rates, all assumed."""
    draft.put(("costs",), {"holding": options.holding, **COSTS},
              "Assumed: money per replenishment order, paid hour, shipment and returned line; backorder: % of value.",
              "an order history has no costs; the rates are round figures to be replaced")  # fmt: skip
