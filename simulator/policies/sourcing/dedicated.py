"""A site of the channel's own."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from simulator.policies.sourcing import SourcingRule
from simulator.policies.views import Outlet


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
