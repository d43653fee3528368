"""First come, first served."""

from typing import Literal

from simulator.policies.allocation import AllocationRule


class FirstCome(AllocationRule):
    """First come, first served, by the time the line asked for stock; nobody is overtaken.

    ```yaml
    rule: first_come
    ```

    >>> FirstCome().rule
    'first_come'
    """

    rule: Literal["first_come"] = "first_come"
