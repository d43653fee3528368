"""From an order history to a scenario: read, measure, write down, and say how well."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.drawing.sheet import write_whole
from simulator.fitting.fitted_sections import (
    Found,
    describe,
    write_costs,
    write_market,
    write_network,
    write_products,
    write_run,
    write_service,
)
from simulator.fitting.goodness import Finding, Goodness, compare, goodness, tell
from simulator.fitting.order_patterns import Arrivals, fit_arrivals, fit_baskets, lines_by_cell
from simulator.fitting.return_patterns import classify, fit_returns
from simulator.fitting.rows import LeftOut, Lines, usable_lines
from simulator.fitting.scenario_text import Draft, page
from simulator.fitting.table import WORDS, Options, choose_columns, read_table

if TYPE_CHECKING:
    import pandas as pd


SHORT = 14
"""Days; a shorter history does not even show each weekday twice."""


@dataclass(frozen=True)
class Fit:
    """A fitted scenario and what there is to know about it."""

    scenario: dict[str, Any]
    """Plain data, as the text says it."""
    text: str
    """The same as a commented YAML file."""
    findings: tuple[Finding, ...]
    """Means of the history beside those of the scenario."""
    goodness: tuple[Goodness, ...]
    """How far the fitted laws are from what was observed."""
    assumed: dict[str, str]
    """Path of each assumed input -> reason."""
    left_out: dict[str, LeftOut]
    """Reason -> rows left out, counted, with examples."""
    warnings: tuple[str, ...]
    """What makes the fit less certain than its numbers look."""
    read: str
    """What was read, in a sentence or two."""
    history: "pd.DataFrame | None" = None
    """Clean sales for `market.history`, where the scenario cannot read the file as it is."""

    def summary(self) -> str:
        """What was fitted, how well, what was assumed and what was left out, as text."""
        return tell(self.read, self.findings, self.goodness, self.assumed, self.left_out, self.warnings)

    def save(self, path: Path) -> None:
        """Write the scenario, and beside it the clean history where it draws on one.

        Errors: OSError.
        """
        write_whole(path, self.text.encode())
        if self.history is not None:
            file = path.parent / self.scenario["market"]["history"]["file"]
            self.history.to_csv(file, index=False, date_format="%Y-%m-%dT%H:%M:%S")


def fit(file: str | Path, options: Options | None = None) -> Fit:
    """Fit a scenario to a file of order lines.

    Errors: FitError if the file cannot be used or an option makes no sense.
    """
    file, options = Path(file), options or Options()
    options.check()
    table = read_table(file)
    columns = choose_columns(table.columns, options.columns, file)
    words = {word: options.columns[word] for word in WORDS if word in options.columns}
    lines = usable_lines(table, columns, words, file)
    found = measure(lines)
    history, copy = describe(file, columns, lines) if options.demand != "sampled" else (None, None)
    draft = _draft(found, options, file, history)
    sampled = options.demand == "sampled"
    header = _header(file, found, options)
    return Fit(
        scenario=draft.data,
        text=page(draft.data, draft.comments, header),
        findings=tuple(compare(found, sampled)),
        goodness=tuple(goodness(found, sampled)),
        assumed=dict(draft.assumed),
        left_out=lines.left_out,
        warnings=tuple(_warnings(found.arrivals, lines)),
        read=_read(file, columns, lines, found),
        history=copy,
    )


def measure(lines: Lines) -> Found:
    """All that a scenario takes from a history."""
    sales = lines.sales
    orders = sales.groupby("order", sort=False).agg(
        time=("time", "first"),
        segment=("segment", "first"),
        channel=("channel", "first"),
        customer=("customer", "first"),
        lines=("sku", "size"),
    )
    arrivals = fit_arrivals(orders)
    skus = classify(sales, arrivals.window)
    baskets = fit_baskets(sales, skus)
    returns = fit_returns(sales, lines.returns, arrivals.window, baskets.steps)
    return Found(sales, orders, skus, arrivals, baskets, returns)


def _draft(found: Found, options: Options, file: Path, history: dict[str, Any] | None) -> Draft:
    draft = Draft()
    stem = file.name.removesuffix(".gz").rsplit(".", 1)[0]
    draft.put(("name",), options.name or stem.replace("_", " "))
    if options.about:
        draft.put(("about",), options.about)
    write_run(draft, found, options)
    write_market(draft, found, options, history)
    write_products(draft, found, options)
    write_network(draft, found, options)
    write_service(draft, found, options)
    write_costs(draft, options)
    draft.put(("assumptions",), dict(draft.assumed), "Inputs that were assumed, not measured; reports list them.")
    return draft


def _span(found: Found) -> str:
    times = found.orders["time"]
    return f"{times.min():%Y-%m-%d} to {times.max():%Y-%m-%d}"


def _header(file: Path, found: Found, options: Options) -> str:
    return (
        f"A scenario fitted by `simulator fit` to {file.name}:\n{len(found.orders):,} orders with {len(found.sales):,} "
        f"lines of {len(found.skus):,} SKUs, {_span(found)}; demand is {options.demand}.\n"
        "Comments say how each number was found; what no order history shows is marked as assumed."
    )


def _read(file: Path, columns: dict[str, str], lines: Lines, found: Found) -> str:
    used = ", ".join(f"{role}={name}" for role, name in columns.items())
    return (
        f"Read {file.name}: {lines.rows:,} rows, {len(found.orders):,} orders with {len(found.sales):,} lines, "
        f"{len(lines.returns):,} return lines, {len(found.skus):,} SKUs, {_span(found)}\n"
        f"Columns: {used}; dates as {lines.written}"
    )


def _warnings(arrivals: Arrivals, lines: Lines) -> Iterator[str]:
    if arrivals.window.days < SHORT:
        yield (
            f"the history covers {arrivals.window.days} days: too short to tell weekdays, busy days and demand "
            "classes from chance"
        )
    weeks = [arrivals.counts[first : first + 7].sum() for first in range(0, arrivals.window.days, 7)]
    empty = sum(not count for count in weeks)
    if 2 * empty > len(weeks):
        yield f"{empty} of {len(weeks)} weeks hold no order: is a date wrong?"
    if lines.returns.empty:
        yield "no returns in the history: the scenario has none"
    sold = lines_by_cell(lines.sales)
    if lost := sum(count for cell, count in lines_by_cell(lines.returns).items() if cell not in sold):
        yield f"{lost} return lines belong to a segment and channel without sales: they are in no rate"
    left = sum(each.count for each in lines.left_out.values())
    if left > 0.05 * lines.rows:
        yield f"{100 * left / lines.rows:.0f} % of the rows were left out"
