"""The cheapest site with stock."""

from collections.abc import Sequence
from typing import Literal

from simulator.policies.sourcing import SourcingRule, complete_first
from simulator.policies.views import Outlet


class Cheapest(SourcingRule):
    """The site from which a shipment costs least among those that have everything; if none has, among all.

    What a shipment costs, the `lanes` of the network say.

    ```yaml
    rule: cheapest
    sites: [north, south]
    ```

    >>> Cheapest().choose([Outlet("north", time=24, cost=9), Outlet("south", time=48, cost=4)])
    'south'
    """

    rule: Literal["cheapest"] = "cheapest"
    sites: tuple[str, ...] = ()
    """Sites that may serve; all where left out."""

    @property
    def among(self) -> tuple[str, ...]:
        return self.sites

    def choose(self, outlets: Sequence[Outlet]) -> str:
        return min(complete_first(outlets), key=lambda each: each.cost).site
