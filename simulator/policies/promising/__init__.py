"""What delivery time the customer is promised at order entry."""

from typing import Annotated

from simulator.policies.family import OneOf, Rule


class PromiseRule(Rule):
    """Decides the promised time to delivery of a new order."""

    def promised_time(self) -> float:
        """Hours from order entry to the promised delivery."""
        raise NotImplementedError


Promise = Annotated[PromiseRule, OneOf()]
