"""Which site serves a new order."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from simulator.policies.family import OneOf, Rule
from simulator.policies.views import Outlet


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
