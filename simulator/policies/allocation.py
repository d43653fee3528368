"""Who gets the next unit when several lines wait for it."""

from typing import Annotated, Literal

from simulator.policies.family import OneOf, Rule


class AllocationRule(Rule):
    """Decides in which order waiting lines are served from a receipt."""


class FirstCome(AllocationRule):
    """First come, first served, by the time the line asked for stock; nobody is overtaken.

    ```yaml
    rule: first_come
    ```

    >>> FirstCome().rule
    'first_come'
    """

    rule: Literal["first_come"] = "first_come"


Allocation = Annotated[AllocationRule, OneOf()]
