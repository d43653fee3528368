"""The nearest site with stock."""

from collections.abc import Sequence
from typing import Literal

from simulator.policies.sourcing import SourcingRule, complete_first
from simulator.policies.views import Outlet


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
