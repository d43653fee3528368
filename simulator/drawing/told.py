"""What a section of the page is told: a result, looked up by KPI and slice, with one of its runs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from simulator.drawing.wording import Measured

if TYPE_CHECKING:
    from simulator.engine.ledger import Ledger
    from simulator.measures.view import View
    from simulator.scenario.scenario import Scenario


class Told(Protocol):
    """What mechanisms ask for their sections; who writes the page answers."""

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
