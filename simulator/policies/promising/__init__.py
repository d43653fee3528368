"""What delivery time the customer is promised at order entry."""

from typing import Annotated, ClassVar

from pydantic import Field

from simulator.policies.family import OneOf, Rule
from simulator.policies.views import Outlook, PromiseView
from simulator.units import Hours, Share

Cut = Annotated[Share, Field(lt=1)]


class PromiseRule(Rule):
    """Decides the promised time to delivery of a new order."""

    standing: ClassVar[bool] = False
    """Whether it promises the same to all, so that it need not be asked at every order entry."""

    floor: Hours = 0.0
    """The shortest promise that is given."""
    cut: Cut = 0.0
    """Share by which sales shortens what the rule would promise."""

    def promised_time(self, order: PromiseView) -> float:
        """Hours from order entry to the promised delivery, after the cut and not below the floor."""
        return max(self.floor, self.honest_time(order) * (1 - self.cut))

    @property
    def standing_time(self) -> float | None:
        """Of a standing rule: what it promises to all."""
        return self.promised_time(Outlook()) if self.standing else None

    def honest_time(self, order: PromiseView) -> float:
        """Hours from order entry to delivery, as the rule has it."""
        raise NotImplementedError


Promise = Annotated[PromiseRule, OneOf()]
