"""The parts of a page as plain data: sections with tables, charts and words. Templates turn them into HTML and escape
every text; a part put into a template is drawn by the macro that bears its name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from simulator.drawing.plain_text import visible
from simulator.drawing.wording import Measured

if TYPE_CHECKING:
    from simulator.engine.ledger import Ledger
    from simulator.measures.view import View
    from simulator.scenario.scenario import Scenario


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("simulator.drawing"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_readable,
    )


def _readable(value: object) -> object:
    """A text with what is hidden in it shown; what a template has drawn stays as it is."""
    return visible(value, "\n\t") if isinstance(value, str) and not isinstance(value, Markup) else value


def render(template: str, **values: object) -> str:
    """A template filled in."""
    return _templates().get_template(template).render(**values)


class PagePart:
    """Something that a page is made of."""

    macro: ClassVar[str]
    """Of `templates/parts.html`."""

    def __html__(self) -> Markup:
        parts: Any = _templates().get_template("parts.html").module
        return Markup(getattr(parts, self.macro)(self))

    def __str__(self) -> str:
        return self.__html__()


@dataclass(frozen=True)
class Code(PagePart):
    """What is typed, or a part of a scenario.

    >>> print(Code("a < b"))
    <code>a &lt; b</code>
    """

    macro = "code"
    text: str


@dataclass(frozen=True)
class Badge(PagePart):
    """A verdict as a word in a frame; `kind` says which frame, so that it reads without colour."""

    macro = "badge"
    text: str
    kind: str


Cell = str | Code | Badge
Text = str | Sequence[str | Code]
"""A sentence; a sequence is set one after the other."""


@dataclass(frozen=True)
class Section(PagePart):
    """A part of the page under its own heading, with a sentence that says what to look at."""

    macro = "section"
    key: str
    """By which it is linked to."""
    heading: str
    parts: Sequence[PagePart]
    lead: Text = ""
    after: str = ""
    """The key of the section that it stands after, where that is not for the page to say."""


@dataclass(frozen=True)
class DataTable(PagePart):
    """A table whose first column names the row; `words` are the columns of text, the others are numbers."""

    macro = "table"
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    words: Sequence[int] = (0,)
    kind: str = ""


@dataclass(frozen=True)
class Chart(PagePart):
    """A drawing with what it says in words, for those who cannot see it, and its caption."""

    macro = "chart"
    key: str
    alt: str
    caption: str
    size: str
    content: Markup
    """The inside of an SVG element."""


@dataclass(frozen=True)
class Paragraph(PagePart):
    macro = "paragraph"
    text: str
    kind: str = ""


@dataclass(frozen=True)
class Group(PagePart):
    """Parts that are laid out together."""

    macro = "group"
    parts: Sequence[PagePart]
    kind: str = ""


@dataclass(frozen=True)
class Definition:
    """A name, what it means, and particulars."""

    name: str
    meaning: str
    facts: str


@dataclass(frozen=True)
class Definitions(PagePart):
    macro = "definitions"
    entries: Sequence[Definition]


@dataclass(frozen=True)
class Stories(PagePart):
    """Long texts by their titles, folded away."""

    macro = "stories"
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Tile(PagePart):
    """A figure set large, with the targets that it is held against."""

    macro = "tile"
    label: str
    value: str
    width: str
    goals: Sequence[tuple[str, Badge]] = ()


class Told(Protocol):
    """What the section of a mechanism is told: a result, looked up by KPI and slice, with one of its runs."""

    scenario: "Scenario"
    replication: int
    """The number of the run that `ledger` and `view` are of."""

    @property
    def replications(self) -> int:
        """How many there are."""
        ...

    @property
    def ledger(self) -> "Ledger":
        """What happened in one run."""
        ...

    @property
    def view(self) -> "View":
        """The tables of that run."""
        ...

    @property
    def has_stock(self) -> bool:
        """Whether stock is limited anywhere."""
        ...

    @property
    def single(self) -> bool:
        """Whether there is one replication, and so no interval."""
        ...

    def whole(self, kpi: str) -> Measured | None:
        """A KPI of the whole; None where it was not measured."""
        ...

    def by(self, kpi: str, dimension: str) -> Sequence[Measured]:
        """A KPI by slice, those without a value left out."""
        ...

    def of(self, kpi: str, dimension: str, label: str) -> Measured | None:
        """A KPI of one slice; None where it has no value."""
        ...

    def shown(self, kpis: Iterable[str]) -> Iterator[Measured]:
        """The KPIs that say something in this scenario."""
        ...
