"""The sections of a fitted scenario: market and products as found, the rest mostly assumed, and said so."""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.fitting.order_patterns import Arrivals, Basket, Baskets
from simulator.fitting.return_patterns import DELIVERY, Returns
from simulator.fitting.rows import Lines
from simulator.fitting.scenario_text import Draft, Place, rounded, shares
from simulator.fitting.table import Options
from simulator.scenario.market import History
from simulator.scenario.reading.order_history import HistoryError, read_history
from simulator.units import hours

if TYPE_CHECKING:
    import pandas as pd


ROLES = ("order", "time", "sku", "units", "price", "segment", "channel", "customer", "type")


def describe(file: Path, columns: Mapping[str, str], lines: Lines) -> "tuple[dict[str, Any], pd.DataFrame | None]":
    """`market.history`, and the clean copy to be written as its file where the scenario cannot read the original."""
    named = {role: columns[role] for role in ROLES if role in columns and _says_something(lines, role)}
    words = lines.sales["type"].unique()
    if "type" in named:
        named["sale"] = str(words[0])
    as_it_is = {"file": str(file.resolve()), "columns": named}
    if len(words) == 1 and _reads_alike(as_it_is, lines):
        return as_it_is, None
    kept = [role for role in ROLES[:-1] if _says_something(lines, role)]
    copy = lines.sales[kept].sort_values(["time", "order"], kind="stable")
    stem = file.name.removesuffix(".gz").rsplit(".", 1)[0]
    return {"file": f"{stem}_sales.csv.gz", "columns": {role: role for role in kept}}, copy


def _says_something(lines: Lines, role: str) -> bool:
    return role not in ("segment", "channel", "customer", "type") or bool((lines.sales[role] != "").any())


def _reads_alike(history: dict[str, Any], lines: Lines) -> bool:
    """Whether the scenario's own reader finds the same orders in the file."""
    try:
        orders = read_history(History.model_validate(history))
    except HistoryError:
        return False
    sales = lines.sales
    heads = sales.drop_duplicates("order")
    return (
        len(orders) == len(heads)
        and len(orders.sku) == len(sales)
        and abs(float(orders.units.sum()) - float(sales["units"].sum())) < 1e-6
        and set(orders.sku.tolist()) == set(sales["sku"])
        and sorted(orders.segment.tolist()) == sorted(heads["segment"])
        and sorted(orders.channel.tolist()) == sorted(heads["channel"])
    )


ALL = "customers"
"""The one segment of a history that names none."""
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Found:
    """All that was measured in a history."""

    sales: "pd.DataFrame"
    orders: "pd.DataFrame"
    """One row per order: time, segment, channel, customer, lines."""
    skus: "pd.DataFrame"
    arrivals: Arrivals
    baskets: Baskets
    returns: Returns

    @property
    def lines_per_order(self) -> float:
        """Mean lines of an order."""
        return len(self.sales) / len(self.orders)


def write_run(draft: Draft, found: Found, options: Options) -> None:
    """How long to simulate: the year after the history, or, replayed, the history itself."""
    window = found.arrivals.window
    if options.demand == "replayed":
        first, last = found.orders["time"].min().date(), found.orders["time"].max().date()
        horizon, warm_up = f"{(last - first).days + 1} days", "0 days"
        comment = "The days of the history. Nothing is left out as warm-up: the shelves open full."
    else:
        first = window.first + dt.timedelta(days=window.days + -(window.first.weekday() + window.days) % 7)
        horizon, warm_up = f"{options.weeks + 8} weeks", "8 weeks"
        comment = f"{options.weeks} weeks after a warm-up of 8, from the first Monday after the history."
    draft.put(("run",), {"start": first, "horizon": horizon, "warm_up": warm_up, "seed": options.seed}, comment)


def write_market(draft: Draft, found: Found, options: Options, history: dict[str, Any] | None) -> None:
    """Channels, rhythm, history and segments."""
    channels = [name for name in sorted(found.orders["channel"].unique()) if name]
    if channels:
        draft.put(("market", "channels"), {name: {} for name in channels}, "Channels, as the history names them.")
    _rhythm(draft, found.arrivals, options)
    if history is not None:
        draft.put(("market", "history"), history, "The order lines that this scenario draws its orders from.")
    for name, orders in found.orders.groupby("segment"):
        _segment(draft, found, options, str(name), orders)


def _rhythm(draft: Draft, arrivals: Arrivals, options: Options) -> None:
    place: Place = ("market", "rhythm")
    trading = int(arrivals.open.sum())
    weekdays = [rounded(round(each, 3)) for each in arrivals.weekdays.tolist()]
    told = f"Mean orders of Monday to Sunday over {arrivals.window.weeks:.4g} weeks, relative to their mean."
    draft.put((*place, "weekdays"), weekdays, told)
    if arrivals.hours is not None:
        draft.put(
            (*place, "hours"),
            [rounded(round(each, 2), 3) for each in arrivals.hours.tolist()],
            "Orders by hour of the day, from midnight on, relative to their mean.",
        )
    if arrivals.months is not None:
        draft.put(
            (*place, "months"),
            [rounded(each, 3) for each in arrivals.months.tolist()],
            "Orders a day in January ... December, weekdays evened out, relative to their mean.",
        )
    told = (
        f"Variance over mean of daily orders on {trading} trading days is {arrivals.dispersion:.3g}; weekdays and "
        "chance (Poisson) taken out, a day's busyness varies by this much (coefficient of variation)."
    )
    if arrivals.months is None:
        told += " The history is too short to tell a season or a trend from chance: what rose or fell in it is in here."
    draft.put((*place, "day_to_day"), rounded(arrivals.day_to_day, 3), told)
    if options.demand == "replayed":
        draft.comments[place] = "Replayed orders come at their own times; the rhythm only helps to size the stock."


def _segment(draft: Draft, found: Found, options: Options, name: str, orders: "pd.DataFrame") -> None:
    place: Place = ("market", "segments", name or ALL)
    rate = len(orders) / found.arrivals.window.weeks
    customers = int(orders["customer"].nunique() - (orders["customer"] == "").any())
    demand: dict[str, Any] = {"rule": "poisson" if options.demand == "sampled" else options.demand}
    if options.demand != "replayed":
        demand["orders"] = f"{rounded(rate)} per week"
    known = f", {customers:,} customers by name" if customers else ""
    lines = len(found.sales) if not name else int((found.sales["segment"] == name).sum())
    draft.put((*place, "demand"), demand)
    draft.comments[place] = f"{len(orders):,} orders with {lines:,} lines in the history{known}."
    if customers > 1 and options.demand != "replayed":
        draft.put((*place, "customers"), customers)
    counts = {str(channel): float(count) for channel, count in orders.groupby("channel").size().items()}
    sampled = options.demand == "sampled"
    own = {c: basket for (s, c), basket in found.baskets.cells.items() if s == name}
    common = found.baskets.segments[name]
    if sampled and (len(own) == 1 or any(basket is common for basket in own.values())):
        draft.put((*place, "basket"), _basket(common))
    if set(counts) == {""}:
        return
    for channel, share in shares(counts).items():
        differs = sampled and len(own) > 1 and own[channel] is not common
        draft.put(
            (*place, "channels", channel), {"share": share, "basket": _basket(own[channel])} if differs else share
        )


def _basket(basket: Basket) -> dict[str, Any]:
    laws = {group: sizes.law for group, sizes in basket.units.items()}
    units = {"units": next(iter(laws.values()))} if len(laws) == 1 else {"units_by_group": laws}
    return {"lines": basket.lines.law, **units}


def write_products(draft: Draft, found: Found, options: Options) -> None:
    """SKUs, the most valuable first."""
    several = len(set(found.baskets.groups.values())) > 1 and options.demand == "sampled"
    reason = f"cost is {100 * options.cost_share:g} % of the price; an order history has no costs"
    for row in found.skus.reset_index().to_dict("records"):
        sku = str(row["sku"])
        group = {"group": found.baskets.groups[sku]} if several else {}
        step = {"step": found.baskets.steps[sku]} if found.baskets.steps[sku] != 1 else {}
        draft.put(
            ("products", sku),
            {
                "price": rounded(row["price"]),
                "cost": rounded(row["price"] * options.cost_share, 3),
                **step,
                "popularity": int(row["lines"]),
                **group,
                "class": row["class"],
                "demand_class": row["demand_class"],
            },
        )
    draft.comments["products",] = (
        "SKUs by value. price: the mean that was paid for a unit; step: the smallest quantity, where fractions of a "
        "unit were sold; popularity: lines in the history; class: ABC by "
        "value (A the first 80 %, B up to 95 %) and XYZ by the coefficient of variation of weekly units (X below 0.5, "
        "Y below 1); demand_class: from weekly units, lumpy where weeks without demand and uneven weeks meet (ADI "
        "1.32, CV² 0.49)." + (f"\n{_told(found)}" if several else "") + f"\nAssumed: {reason}."
    )
    draft.assumed["products.*.cost"] = reason


def _told(found: Found) -> str:
    """What the groups are."""
    of_sku = found.sales["sku"].map(found.baskets.groups)
    means = found.sales.groupby(of_sku)["units"].mean().sort_values()
    sizes = np.unique(list(found.baskets.groups.values()), return_counts=True)
    count = dict(zip(sizes[0].tolist(), sizes[1].tolist(), strict=True))
    told = ", ".join(f"{name} ({count[str(name)]} SKUs, {mean:.3g} units a line)" for name, mean in means.items())
    return f"group: SKUs alike in units per line and price: {told}."


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
    "replenishment_order": 30,
    "labour": 18,
    "shipment": 6,
    "returned_line": 4,
    "backorder": "1 % per week",
}
SITE: Place = ("network", "sites", "warehouse")


def write_network(draft: Draft, found: Found, options: Options) -> None:
    """Calendar, supplier, order cycle and stock."""
    days, opens, closes = office(found)
    draft.put(
        ("network", "calendars", "office"),
        {"days": _days(days), "hours": f"{opens:02d}:00-{closes:02d}:00"},
        "Assumed: the office works when orders come in, but for the first and last per cent of them.",
        "the office works on the weekdays and hours at which orders come in",
    )
    lead_time = options.lead_time if isinstance(options.lead_time, str) else dict(options.lead_time)
    draft.put(
        ("network", "suppliers", "supplier", "lead_time"),
        lead_time,
        assumed="an order history does not show what suppliers take",
    )
    weekly = found.arrivals.per_week * hours_of_work(found.lines_per_order)
    open_hours = len(days) * (closes - opens)
    stages: list[dict[str, Any]] = []
    for (name, work), load in zip(WORK.items(), weekly / open_hours, strict=True):
        staff = max(1, math.ceil(load / BUSY))
        draft.comments[*SITE, "stages", len(stages)] = f"{name}: {100 * load / staff:.0f} % busy on average"
        stages.append({"stage": name, "staff": staff, "calendar": "office", **work})
    stages.append({"stage": "transit", "time": TRANSIT})
    draft.put(
        (*SITE, "stages"), stages, assumed="working times, with staff enough to be busy 75 % of their time at the most"
    )
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
    draft.put(
        (*place, "default"),
        rule(options.target),
        "For every SKU: its reorder point is computed from the target, its own demand and the supplier's lead "
        "time; an order covers so long a time of mean demand.",
    )
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
        draft.comments["service", "rules", 1] = _told_operations(found)
    if returns.rates and not math.isfinite(returns.mean_lag):
        draft.assumed["service.rules[*].returns.lag"] = "too few returns follow a sale on file; whole lines come back"
    draft.put(
        ("service", "stockout"),
        {"rule": "backorder", "ship": "units"},
        assumed="what there is leaves at once, the rest follows",
    )


def _told_operations(found: Found) -> str:
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
    draft.put(
        ("costs",),
        {"holding": options.holding, **COSTS},
        "Assumed: money per replenishment order, paid hour, shipment and returned line; backorder: % of value.",
        "an order history has no costs; the rates are round figures to be replaced",
    )
