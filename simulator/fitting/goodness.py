"""How well a fitted scenario tells what the history shows, and what the fit says of itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from simulator.fitting.fitted_sections import DAYS, Found
from simulator.fitting.order_patterns import lines_by_cell
from simulator.fitting.rows import LeftOut


@dataclass(frozen=True)
class Finding:
    """One thing that was compared: in the history, and as the scenario's laws have it."""

    what: str
    history: float
    fitted: float
    note: str = ""

    @property
    def difference(self) -> float:
        """Relative difference, a share."""
        return self.fitted / self.history - 1 if self.history else 0.0


@dataclass(frozen=True)
class Goodness:
    """One goodness of fit: a statistic and what it means."""

    what: str
    statistic: str
    value: float
    note: str


def compare(found: Found, sampled: bool) -> Iterator[Finding]:
    """The means that a simulation of the scenario will show beside those of the history."""
    sales, orders, skus = found.sales, found.orders, found.skus
    value = float((sales["units"] * sales["price"]).sum())
    per_week = found.arrivals.per_week
    yield Finding("orders per week", per_week, float(f"{per_week:.4g}"))
    count, lines, units, worth = _expected(found) if sampled else (len(orders), len(sales), sales["units"].sum(), value)
    yield Finding("lines per order", found.lines_per_order, lines / count)
    yield Finding("units per line", float(sales["units"].mean()), units / lines)
    yield Finding("order value", value / len(orders), worth / count)
    sold = lines_by_cell(sales)
    returned = sum(rate * sold[cell] for cell, rate in found.returns.rates.items())
    if found.returns.lines:
        yield Finding("return lines per line sold", found.returns.lines / len(sales), returned / len(sales))
        total = float(sales["units"].sum())
        yield Finding(
            "units returned per unit sold",
            found.returns.units / total,
            _units_back(found) / total,
            "a scenario returns large lines no more often than small ones",
        )
    yield Finding(
        "variance / mean of daily orders", found.arrivals.dispersion, found.arrivals.fitted_dispersion, "trading days"
    )
    yield Finding("SKUs", len(skus), len(skus))


def _units_back(found: Found) -> float:
    """Units that come back, by the return terms, of the lines in the history."""
    cells = zip(found.sales["segment"].tolist(), found.sales["channel"].tolist(), strict=True)
    rate = np.array([found.returns.rates.get(cell, 0.0) for cell in cells])
    units, step = found.sales["units"].to_numpy(), found.sales["sku"].map(found.baskets.steps).to_numpy(dtype=float)
    return float(rate @ np.minimum(np.ceil(units / step * found.returns.part - 1e-9) * step, units))


def _expected(found: Found) -> tuple[float, float, float, float]:
    """Orders, lines, units and value of the history's weeks, by the laws as they are written."""
    skus = found.skus
    group, share = skus.index.map(found.baskets.groups), skus["lines"] / skus["lines"].sum()
    weight, worth = (each.groupby(group).sum().to_dict() for each in (share, share * skus["price"]))
    lines = units = value = 0.0
    for cell, orders in lines_by_cell(found.orders).items():
        basket = found.baskets.cells[cell]
        count = orders * basket.lines.mean
        lines += count
        units += count * sum(weight[name] * sizes.mean for name, sizes in basket.units.items())
        value += count * sum(worth[name] * sizes.mean for name, sizes in basket.units.items())
    return float(len(found.orders)), lines, units, value


def goodness(found: Found, sampled: bool) -> Iterator[Goodness]:
    """Distances between fitted and observed distributions: D is the largest difference of the distribution
    functions, 0 to 1."""
    arrivals = found.arrivals
    counts, expected = arrivals.counts[arrivals.open], arrivals.expected[arrivals.open]
    kinds = int((arrivals.weekdays > 0).sum())
    chi = float(((counts - expected) ** 2 / expected).sum() / max(len(counts) - kinds, 1))
    yield Goodness("orders of a day against its weekday", "chi²/df", chi, "1 is Poisson; day_to_day takes up the rest")
    yield Goodness(
        "orders of a day, all laws together",
        "D",
        _days(counts, expected, arrivals.day_to_day),
        f"{len(counts)} trading days",
    )
    if arrivals.hours is not None:
        day, distance = _hours(found, arrivals.hours)
        yield Goodness("hour of day", "D", distance, f"{day}, the weekday that differs most from the common profile")
    if sampled:
        lines, units = _sizes(found)
        yield Goodness("lines of an order", "D", lines, "largest of all segments and channels")
        yield Goodness("units of a line", "D", units, "largest of all segments, channels and groups")


def _days(counts: np.ndarray, expected: np.ndarray, cv: float) -> float:
    """Distance between the daily counts and the mixture of negative binomials that the laws imply."""
    from scipy import special

    points = np.arange(counts.max() + 1)
    if cv > 0:
        law = np.mean([special.betainc(cv**-2, points + 1, 1 / (1 + mean * cv**2)) for mean in expected], axis=0)
    else:
        law = np.mean([special.pdtr(points, mean) for mean in expected], axis=0)
    seen = np.searchsorted(np.sort(counts), points, side="right") / len(counts)
    return float(np.abs(law - seen).max())


def _hours(found: Found, profile: np.ndarray) -> tuple[str, float]:
    level = np.cumsum(profile) / profile.sum()
    distances = {
        DAYS[int(str(day))]: float(np.abs(np.cumsum(np.bincount(hours, minlength=24)) / len(hours) - level).max())
        for day, hours in found.orders["time"].dt.hour.groupby(found.orders["time"].dt.day_of_week)
    }
    worst = max(distances, key=lambda day: distances[day])
    return worst, distances[worst]


def _sizes(found: Found) -> tuple[float, float]:
    lines, units = [0.0], [0.0]
    group = found.sales["sku"].map(found.baskets.groups)
    for cell, basket in found.baskets.cells.items():
        segment = found.baskets.segments[cell[0]]
        of = found.sales[(found.sales["segment"] == cell[0]) & (found.sales["channel"] == cell[1])]
        if basket is not segment:
            lines.append(basket.lines.distance(of.groupby("order").size().to_numpy()))
        for name, sizes in basket.units.items():
            mine = of["units"][group[of.index] == name].to_numpy()
            if sizes is not segment.units[name] and len(mine):
                units.append(sizes.distance(mine))
    for name, segment in found.baskets.segments.items():
        of = found.sales[found.sales["segment"] == name]
        if segment is not found.baskets.whole:
            lines.append(segment.lines.distance(of.groupby("order").size().to_numpy()))
    return max(lines), max(units)


def tell(
    read: str,
    findings: Sequence[Finding],
    fits: Sequence[Goodness],
    assumed: Mapping[str, str],
    left_out: Mapping[str, LeftOut],
    warnings: Sequence[str],
) -> str:
    """The summary as text, a part each."""
    parts = [
        [read],
        [f"Warning: {warning}" for warning in warnings],
        list(_findings(findings)),
        list(_fits(fits)),
        list(_assumed(assumed)),
        list(_left_out(left_out)),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    yield f"{'Fitted':<34}{'history':>12}{'scenario':>12}{'difference':>12}"
    for found in findings:
        note = f"   {found.note}" if found.note else ""
        yield (
            f"  {found.what:<32}{_number(found.history):>12}{_number(found.fitted):>12}"
            f"{round(100 * found.difference, 1) + 0.0:>+10.1f} %{note}"
        )


def _fits(fits: Sequence[Goodness]) -> Iterator[str]:
    yield "Goodness of fit (D: largest difference of the distribution functions)"
    for fit in fits:
        yield f"  {fit.what:<38}{fit.statistic:>8} = {fit.value:<8.3g}{fit.note}"


def _assumed(assumed: Mapping[str, str]) -> Iterator[str]:
    yield "Assumed (options and the file change it)"
    for path, reason in assumed.items():
        yield f"  {path}: {reason}"


def _left_out(left_out: Mapping[str, LeftOut]) -> Iterator[str]:
    total = sum(each.count for each in left_out.values())
    yield f"Left out: {total:,} rows" if total else "Left out: nothing"
    for reason, rows in left_out.items():
        yield f"  {rows.count:,} x {reason}"
        for example in rows.examples:
            yield f"      {example}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10_000 or value == int(value) else f"{value:.4g}"
