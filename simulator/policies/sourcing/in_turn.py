"""One site after the other."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from simulator.policies.sourcing import SourcingRule, complete_first
from simulator.policies.views import Outlet


class InTurn(SourcingRule):
    """The first site of a list that has everything; if none has, the first.

    From the store where the store has it, else from the warehouse: `sites: [store, warehouse]`.

    ```yaml
    rule: in_turn
    sites: [store, warehouse]
    ```

    >>> InTurn(sites=("store", "warehouse")).choose([Outlet("store", short=1), Outlet("warehouse")])
    'warehouse'
    """

    rule: Literal["in_turn"] = "in_turn"
    sites: Annotated[tuple[str, ...], Field(min_length=1)]
    """Sites that may serve, the preferred first."""

    @property
    def among(self) -> tuple[str, ...]:
        return self.sites

    def choose(self, outlets: Sequence[Outlet]) -> str:
        return complete_first(outlets)[0].site
