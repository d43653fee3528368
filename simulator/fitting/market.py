"""The market and the products of a fitted scenario."""

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulator.fitting.arrivals import Arrivals
from simulator.fitting.baskets import Basket, Baskets
from simulator.fitting.draft import Draft, Path, rounded, shares
from simulator.fitting.options import Options
from simulator.fitting.returns import Returns

if TYPE_CHECKING:
    import pandas as pd

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
    place: Path = ("market", "rhythm")
    trading = int(arrivals.open.sum())
    weekdays = [rounded(round(each, 3)) for each in arrivals.weekdays.tolist()]
    told = f"Mean orders of Monday to Sunday over {arrivals.window.weeks:.4g} weeks, relative to their mean."
    draft.put((*place, "weekdays"), weekdays, told)
    if arrivals.hours is not None:
        draft.put((*place, "hours"), [rounded(round(each, 2), 3) for each in arrivals.hours.tolist()],
                  "Orders by hour of the day, from midnight on, relative to their mean.")  # fmt: skip
    if arrivals.months is not None:
        draft.put((*place, "months"), [rounded(each, 3) for each in arrivals.months.tolist()],
                  "Orders a day in January ... December, weekdays evened out, relative to their mean.")  # fmt: skip
    told = (f"Variance over mean of daily orders on {trading} trading days is {arrivals.dispersion:.3g}; weekdays and "
            "chance (Poisson) taken out, a day's busyness varies by this much (coefficient of variation).")  # fmt: skip
    if arrivals.months is None:
        told += " The history is too short to tell a season or a trend from chance: what rose or fell in it is in here."
    draft.put((*place, "day_to_day"), rounded(arrivals.day_to_day, 3), told)
    if options.demand == "replayed":
        draft.comments[place] = "Replayed orders come at their own times; the rhythm only helps to size the stock."


def _segment(draft: Draft, found: Found, options: Options, name: str, orders: "pd.DataFrame") -> None:
    place: Path = ("market", "segments", name or ALL)
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
        draft.put((*place, "channels", channel),
                  {"share": share, "basket": _basket(own[channel])} if differs else share)  # fmt: skip


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
        draft.put(("products", sku), {
            "price": rounded(row["price"]), "cost": rounded(row["price"] * options.cost_share, 3),
            "popularity": int(row["lines"]), **group, "class": row["class"], "demand_class": row["demand_class"],
        })  # fmt: skip
    draft.comments["products",] = (
        "SKUs by value. price: the mean that was paid for a unit; popularity: lines in the history; class: ABC by "
        "value (A the first 80 %, B up to 95 %) and XYZ by the coefficient of variation of weekly units (X below 0.5, "
        "Y below 1); demand_class: from weekly units, lumpy where weeks without demand and uneven weeks meet (ADI "
        "1.32, CV² 0.49)."
        + (f"\n{_told(found)}" if several else "") + f"\nAssumed: {reason}."
    )  # fmt: skip
    draft.assumed["products.*.cost"] = reason


def _told(found: Found) -> str:
    """What the groups are."""
    of_sku = found.sales["sku"].map(found.baskets.groups)
    means = found.sales.groupby(of_sku)["units"].mean().sort_values()
    sizes = np.unique(list(found.baskets.groups.values()), return_counts=True)
    count = dict(zip(sizes[0].tolist(), sizes[1].tolist(), strict=True))
    told = ", ".join(f"{name} ({count[str(name)]} SKUs, {mean:.3g} units a line)" for name, mean in means.items())
    return f"group: SKUs alike in units per line and price: {told}."
