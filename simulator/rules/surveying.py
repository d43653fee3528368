"""Whom the company asks how satisfied he was."""

from typing import Annotated, Literal

from pydantic import Field

from simulator.rules.family import OneOf, Rule
from simulator.units import Hours, Share


class SurveyRule(Rule):
    """Decides after which orders the customer is asked how satisfied he was."""

    def asks(self, since: float, chance: float) -> bool:
        """Whether the customer is asked, who was asked last so many hours ago (infinite if never), given the chance of
        the order, between 0 and 1."""
        raise NotImplementedError


Survey = Annotated[SurveyRule, OneOf()]


class EveryOrder(SurveyRule):
    """Asked after every order.

    ```yaml
    rule: every_order
    ```

    >>> EveryOrder().asks(since=1.0, chance=0.9)
    True
    """

    rule: Literal["every_order"] = "every_order"

    def asks(self, since: float, chance: float) -> bool:
        return True


class Sample(SurveyRule):
    """Asked after a share of the orders, drawn by lot.

    ```yaml
    rule: sample
    share: 20 %
    ```

    >>> Sample(share=0.2).asks(since=1.0, chance=0.1), Sample(share=0.2).asks(since=1.0, chance=0.3)
    (True, False)
    """

    rule: Literal["sample"] = "sample"
    share: Share
    """Share of the orders."""

    def asks(self, since: float, chance: float) -> bool:
        return chance < self.share


class Rested(SurveyRule):
    """No customer is asked more often than every so often: those who order much are heard less than their orders weigh.

    ```yaml
    rule: rested
    every: 90 days
    ```

    >>> Rested(every="90 days").asks(since=24.0, chance=0.1), Rested(every="90 days").asks(since=2160.0, chance=0.1)
    (False, True)
    """

    rule: Literal["rested"] = "rested"
    every: Annotated[Hours, Field(gt=0)]
    """Time from one question to the next, at least."""

    def asks(self, since: float, chance: float) -> bool:
        return since >= self.every
