"""The selection of the best on the terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from simulator.experiments.select import Selection
from simulator.reports.tables import show
from simulator.reports.wording import listed


def print_selection(found: Selection) -> None:
    """Print the scenarios, the best first, which are left, and what is guaranteed."""
    console = Console()
    which = "largest" if found.largest else "smallest"
    console.print(f"[bold]{escape(verdict(found))}[/bold]", highlight=False)
    console.print(
        f"By {found.kpi} ({found.unit}), the {which} is best; the same luck (seed {found.seed})", highlight=False
    )
    console.print()
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("scenario", found.kpi, "replications", ""):
        table.add_column(name, justify="right" if name in (found.kpi, "replications") else "left")
    rows = sorted(zip(found.means, found.scenarios, found.replications, strict=True), reverse=found.largest)
    for mean, name, count in rows:
        table.add_row(name, show(mean, found.unit), f"{count:,}", _said(found, name))
    console.print(table)
    console.print()
    console.print(found.guarantee, highlight=False)


def verdict(found: Selection) -> str:
    """What came out, in a sentence."""
    if found.decided:
        return f"Best: {found.best}"
    return f"May be the best: {listed(list(found.kept))}"


def _said(found: Selection, name: str) -> str:
    if name not in found.kept:
        return "ruled out" if found.procedure != "ocba" else ""
    return "best" if found.decided else "may be the best"
