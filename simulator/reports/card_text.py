"""The few pieces of Markdown that the card is made of, and the one replication that it is told from."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from simulator.engine.ledger import Ledger
from simulator.replication.measure import measure
from simulator.replication.simulate import simulate
from simulator.reports.catalogues import explanation
from simulator.scenario.scenario import Scenario


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table, with an empty line after it; nothing where there is no row. Cells are Markdown on one line.

    >>> print("\\n".join(table(["SKU", "price"], [("a|b", "1")])))
    | SKU | price |
    |---|---|
    | a\\|b | 1 |
    <BLANKLINE>
    """
    lines = [_row(row) for row in rows]
    if lines:
        yield _row(columns)
        yield "|" + "---|" * len(columns)
        yield from lines
        yield ""


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def line(text: str) -> str:
    """A text on one line, harmless as Markdown: what comes from a scenario is no markup.

    >>> line("<b>A  * B"), line("a\\nb")
    ('&lt;b>A \\\\* B', 'a b')
    """
    return " ".join(text.split()).replace("<", "&lt;").replace("*", "\\*")


def first(documented: object) -> str:
    """The first paragraph of a docstring, on one line."""
    return line(explanation(documented).split("\n\n")[0])


def code(name: str) -> str:
    """A name or path as it is written in a scenario."""
    return f"`{' '.join(name.split()).replace('`', chr(39))}`"


def paragraph(text: str) -> Iterator[str]:
    """A paragraph, with an empty line after it; nothing for an empty text."""
    if text:
        yield text
        yield ""


def bullets(items: Iterable[str]) -> Iterator[str]:
    """A list, with an empty line after it; nothing for no items."""
    found = [f"- {item}" for item in items]
    yield from [*found, ""] if found else []


@dataclass(frozen=True)
class FirstRun:
    """A scenario, and its first replication."""

    scenario: Scenario
    ledger: Ledger
    seconds: float
    """What playing it took."""

    @cached_property
    def kpis(self) -> list[str]:
        """The KPIs for which the scenario has something to measure."""
        return list(measure(self.ledger).values)

    def count(self, kind: type[NamedTuple]) -> int:
        """How many facts of a kind there are."""
        return len(next(iter(self.ledger.columns(kind).values())))


def trial(scenario: Scenario) -> FirstRun:
    """Play the first replication.

    Errors: HistoryError if the order history cannot be read.
    """
    begun = time.perf_counter()
    ledger = simulate(scenario)
    return FirstRun(scenario, ledger, time.perf_counter() - begun)
