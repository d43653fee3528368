"""What was computed from service targets: reorder points, order-up-to levels, safety stock, cover, and how."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from simulator.drawing.html import Cell, DataTable, Section
from simulator.drawing.terminal import Screen, grids
from simulator.drawing.wording import figure, title
from simulator.planning.stock_levels import SizedShelf, sized_shelves
from simulator.scenario.scenario import Scenario

MOST = 8
"""Shelves that a terminal shows, those with the largest demand first."""
ON_PAGE = 40
COLUMNS = (
    "Site",
    "SKU",
    "Target",
    "Value",
    "Reorder point",
    "Order up to",
    "Safety stock",
    "Days of cover",
    "Expected",
    "Method",
)
UNITS = ("", "", "", "share", "units", "units", "units", "days", "share", "")
NOTE = (
    "Computed at the start of a run. The safety stock is what the reorder point, or else the order-up-to level, holds "
    "above mean demand over the lead time and the time between reviews; the cover is how long the order-up-to level "
    "lasts at mean demand."
)


class Row(NamedTuple):
    """One shelf whose level was computed."""

    site: str
    sku: str
    shelf: SizedShelf

    @property
    def values(self) -> tuple[Any, ...]:
        """A value for each of the columns; nan where there is none."""
        shelf, target = self.shelf, self.shelf.target
        assert target is not None
        point = math.nan if shelf.point is None else shelf.point
        numbers = (point, shelf.up_to, shelf.safety_stock, shelf.cover, shelf.reached)
        return (self.site, self.sku, target.kind, target.value, *numbers, shelf.method)


def planned(scenario: Scenario) -> list[Row]:
    """Every shelf with a target, those with the largest demand first."""
    sites = [name for name, site in scenario.network.sites.items() if site.stock is not None]
    rows = [Row(site, sku, shelf) for site in sites for sku, shelf in sized_shelves(scenario, site).items()]
    return sorted((row for row in rows if row.shelf.target is not None), key=lambda row: -row.shelf.demand.mean)


def as_plain(scenario: Scenario) -> list[dict[str, Any]]:
    """The same as plain data, for programs."""
    names = [column.lower().replace(" ", "_") for column in COLUMNS]
    rows = [dict(zip(names, row.values, strict=True)) for row in planned(scenario)]
    return [{name: None if value != value else value for name, value in row.items()} for row in rows]


def _said(row: Row) -> list[str]:
    cells = []
    for value, unit in zip(row.values, UNITS, strict=True):
        blank = isinstance(value, float) and math.isnan(value)
        text = figure(value, unit) if isinstance(value, (int, float)) else value
        cells.append("–" if blank else text)
    return [*cells[:2], title(cells[2]).lower(), *cells[3:]]


def print_plan(scenario: Scenario) -> None:
    """Print the levels of the largest shelves with a target, and how many more there are."""
    rows = planned(scenario)
    if not rows:
        return
    sites = len(scenario.network.sites) > 1
    shown = [place for place, column in enumerate(COLUMNS) if column != "Site" or sites]
    said = [_said(row) for row in rows[: MOST if len(rows) > MOST + 2 else None]]
    heads = {place: COLUMNS[place].lower() if place != 1 else "SKU" for place in shown}
    names = [place for place in shown if place < 2]
    screen = Screen()
    for part in grids(
        [heads[place] for place in names],
        [[cells[place] for place in names] for cells in said],
        {heads[place]: [cells[place] for cells in said] for place in shown if place not in names},
        screen.width,
        "stock levels from targets",
    ):
        screen.print(part)
    if len(rows) > MOST + 2:
        screen.say(f"… and {len(rows) - MOST} more: --report, --excel and --format json tell all")


def plan_section(scenario: Scenario) -> Section | None:
    """The levels on the page; nothing where nothing was computed."""
    rows = planned(scenario)
    if not rows:
        return None
    cells: list[list[Cell]] = [list[Cell](_said(row)) for row in rows[:ON_PAGE]]
    more = (
        f" The {ON_PAGE} with the largest demand of {len(rows)}; the workbook has all." if len(rows) > ON_PAGE else ""
    )
    listing = DataTable(list(COLUMNS), cells, words=(0, 1, 2, 9), kind="levels")
    return Section("levels", "Stock levels from targets", [listing], NOTE + more)


def print_plans(scenarios: Sequence[Scenario], names: Sequence[str]) -> None:
    """Print side by side the levels that differ between scenarios, the largest shelves first."""
    rows = differing(scenarios)
    if not rows:
        return
    heading = "stock levels from targets that differ: reorder point / order up to, safety stock"
    shown, screen = rows[:MOST], Screen()
    columns = {name: [row[place] for row in shown] for place, name in enumerate(names, 1)}
    for part in grids(["SKU at site"], [row[:1] for row in shown], columns, screen.width, heading):
        screen.print(part)
    if len(rows) > MOST:
        screen.say(f"… and {len(rows) - MOST} more: --report tells all")


def differing(scenarios: Sequence[Scenario]) -> list[list[str]]:
    """SKU and site, and the levels in each scenario, where these are not all alike."""
    plans = [{(row.site, row.sku): row for row in planned(scenario)} for scenario in scenarios]
    keys = dict.fromkeys(key for plan in plans for key in plan)
    rows = [[f"{sku} at {site}", *(_levels(plan.get((site, sku))) for plan in plans)] for site, sku in keys]
    return [row for row in rows if len(set(row[1:])) > 1]


def _levels(row: Row | None) -> str:
    if row is None:
        return "–"
    shelf = row.shelf
    point = "–" if shelf.point is None else figure(shelf.point)
    return f"{point} / {figure(shelf.up_to)}, {figure(shelf.safety_stock)}"


def plans_section(scenarios: Sequence[Scenario], names: Sequence[str]) -> Section | None:
    """The levels that differ, on the page of a comparison."""
    rows = differing(scenarios)
    if not rows:
        return None
    cells: list[list[Cell]] = [list[Cell](row) for row in rows]
    listing = DataTable(["SKU at site", *names], cells, words=(0,), kind="levels")
    lead = "Reorder point / order-up-to level, safety stock, in units, where they differ."
    return Section("levels", "Stock levels from targets", [listing], lead)
