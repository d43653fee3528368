"""The catalogues of rules, KPIs and gallery scenarios, on the terminal and as plain rows."""

import inspect
from collections.abc import Iterator
from typing import TYPE_CHECKING

from simulator.measures.registry import SCOR
from simulator.replication.measure import catalogue
from simulator.rules.allocation import AllocationRule
from simulator.rules.family import Rule, rules_in
from simulator.rules.promising import PromiseRule
from simulator.rules.replenishment import ReplenishmentRule
from simulator.rules.segmentation import SegmentationRule
from simulator.rules.sourcing import SourcingRule
from simulator.rules.stockout import StockoutRule
from simulator.scenario.demand import DemandRule

if TYPE_CHECKING:
    from rich.console import Console


FAMILIES: dict[str, type[Rule]] = {
    "demand": DemandRule,
    "replenishment": ReplenishmentRule,
    "allocation": AllocationRule,
    "promise": PromiseRule,
    "stockout": StockoutRule,
    "segmentation": SegmentationRule,
    "sourcing": SourcingRule,
}
"""The families of rules by the name under which a scenario uses them."""


def _console() -> "Console":
    """A terminal, or a page wide enough for a table where the output goes into a file."""
    from rich.console import Console

    console = Console()
    return console if console.is_terminal else Console(width=180)


def rules() -> Iterator[tuple[str, str, type[Rule]]]:
    """Family, tag and class of every rule."""
    for family, base in FAMILIES.items():
        for tag, rule in rules_in(base).items():
            yield family, tag, rule


def summary(documented: object) -> str:
    """The first sentence of a docstring."""
    return (inspect.getdoc(documented) or "").split("\n")[0]


def print_rules(tag: str | None) -> bool:
    """Print all rules, or the whole documentation of those with a tag; False if there is none."""
    from rich.table import Table

    console = _console()
    if tag is None:
        table = Table("Family", "rule:", "What it does", box=None, header_style="bold")
        for family, name, rule in rules():
            table.add_row(family, name, summary(rule))
        console.print(table)
        return True
    found = [(family, rule) for family, name, rule in rules() if name == tag]
    for family, rule in found:
        console.print(f"[bold]{tag}[/bold] ({family})\n\n{explanation(rule)}\n", highlight=False)
        for name, field in rule.model_fields.items():
            if name != "rule":
                need = "required" if field.is_required() else f"default {field.default}"
                console.print(
                    f"  [bold]{field.alias or name}[/bold] ({need}): {field.description or ''}", highlight=False
                )
    return bool(found)


def explanation(documented: object) -> str:
    """A docstring without its doctests."""
    return (inspect.getdoc(documented) or "").split(">>>")[0].strip()


def print_kpis(name: str | None) -> bool:
    """Print all KPIs, or the whole definition of one; False if there is none of that name."""
    from rich.table import Table

    console = _console()
    found = catalogue()
    if name is not None:
        if name in found:
            kpi = found[name]
            console.print(
                f"[bold]{name}[/bold] ({kpi.unit}; better: {kpi.better}; {SCOR}: {kpi.scor or 'none'})\n"
                f"Denominator: {kpi.denominator}\n\n{kpi.definition}",
                highlight=False,
            )
        return name in found
    table = Table("KPI", "Unit", "Better", "Of", SCOR, box=None, header_style="bold")
    for each in found.values():
        table.add_row(each.name, each.unit, each.better, each.denominator, each.scor)
    console.print(table)
    return True


def print_gallery() -> None:
    """Print the names of the gallery scenarios with the question each answers."""
    from rich.table import Table

    from simulator.scenario.reading.load import gallery_names, load

    table = Table("Scenario", "What it shows", box=None, header_style="bold")
    for name in gallery_names():
        loaded = load(name)
        table.add_row(name, f"{loaded.name}. {summary_of(loaded.about)}")
    _console().print(table)


def summary_of(about: str) -> str:
    """The first line of a scenario's `about`."""
    return about.strip().split("\n")[0]
