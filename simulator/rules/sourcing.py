"""Which site serves a new order."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from simulator.rules.family import OneOf, Rule
from simulator.rules.views import Outlet


class SourcingRule(Rule):
    """Decides, when an order is entered, which site serves it: one site serves the whole order.

    The site that it would choose if every site had everything is the order's home: its stock is sized for it.
    """

    looks: ClassVar[bool] = True
    """Whether it looks at the stock of the sites, so that it has to be asked at every order entry."""

    @property
    def among(self) -> tuple[str, ...]:
        """The sites it may choose from; none for all sites."""
        return ()

    def choose(self, outlets: Sequence[Outlet]) -> str:
        """The site that serves the order; the outlets come in the order in which the rule names them."""
        raise NotImplementedError


def complete_first(outlets: Sequence[Outlet]) -> Sequence[Outlet]:
    """The sites that have everything; all of them if none has.

    >>> [each.site for each in complete_first([Outlet("north", short=1), Outlet("south")])]
    ['south']
    """
    return [each for each in outlets if not each.short] or outlets


Sourcing = Annotated[SourcingRule, OneOf()]


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


class Dedicated(SourcingRule):
    """Always the same site, whatever it has in stock: the channel's own.

    ```yaml
    rule: dedicated
    site: web_warehouse
    ```

    >>> Dedicated(site="web_warehouse").choose([Outlet("web_warehouse", short=3)])
    'web_warehouse'
    """

    looks: ClassVar[bool] = False
    rule: Literal["dedicated"] = "dedicated"
    site: str
    """The site."""

    @property
    def among(self) -> tuple[str, ...]:
        return (self.site,)

    def choose(self, outlets: Sequence[Outlet]) -> str:
        return self.site


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


class Nearest(SourcingRule):
    """The nearest site that has everything; if none has, the nearest.

    How far a site is, the `lanes` of the network say.

    ```yaml
    rule: nearest
    sites: [north, south]
    ```

    >>> Nearest().choose([Outlet("north", short=1, time=24), Outlet("south", time=48), Outlet("east", time=72)])
    'south'
    >>> Nearest().choose([Outlet("north", short=1, time=24), Outlet("south", short=2, time=48)])
    'north'
    """

    rule: Literal["nearest"] = "nearest"
    sites: tuple[str, ...] = ()
    """Sites that may serve; all where left out."""

    @property
    def among(self) -> tuple[str, ...]:
        return self.sites

    def choose(self, outlets: Sequence[Outlet]) -> str:
        return min(complete_first(outlets), key=lambda each: each.time).site
