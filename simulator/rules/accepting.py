"""What a customer is told who wants to send goods back."""

from typing import Annotated, ClassVar, Literal

from simulator.rules.family import OneOf, Rule
from simulator.rules.views import ReturnRequest
from simulator.units import Money

Answer = Literal["accept", "refuse", "keep"]
"""The goods may come back; they may not; the money is given back and the customer keeps the goods."""


class AcceptanceRule(Rule):
    """Decides which returns are accepted, when a customer asks for one."""

    has_window: ClassVar[bool] = True
    """Whether it looks at the window of the return terms."""

    def answer(self, request: ReturnRequest) -> Answer:
        """What the customer is told."""
        raise NotImplementedError


Acceptance = Annotated[AcceptanceRule, OneOf()]


class AnyTime(AcceptanceRule):
    """Everything is accepted, at any time and for any reason.

    ```yaml
    rule: any_time
    ```

    >>> AnyTime().answer(ReturnRequest("changed_mind", in_window=False))
    'accept'
    """

    rule: Literal["any_time"] = "any_time"
    has_window: ClassVar[bool] = False

    def answer(self, request: ReturnRequest) -> Answer:
        return "accept"


class InWindow(AcceptanceRule):
    """What is asked for within the `window` of the return terms is accepted, for any reason.

    ```yaml
    rule: in_window
    ```

    >>> rule = InWindow()
    >>> rule.answer(ReturnRequest("changed_mind")), rule.answer(ReturnRequest("defective", in_window=False))
    ('accept', 'refuse')
    """

    rule: Literal["in_window"] = "in_window"

    def answer(self, request: ReturnRequest) -> Answer:
        return "accept" if request.in_window else "refuse"


class KeepSmall(AcceptanceRule):
    """Within the window; what is worth little the customer keeps, and has his money back all the same.

    ```yaml
    rule: keep_small
    below: 15
    ```

    >>> rule = KeepSmall(below=15)
    >>> rule.answer(ReturnRequest("changed_mind", value=9)), rule.answer(ReturnRequest("changed_mind", value=40))
    ('keep', 'accept')
    """

    rule: Literal["keep_small"] = "keep_small"
    below: Money
    """Goods that were paid with less than this are not worth their way back."""

    def answer(self, request: ReturnRequest) -> Answer:
        if not request.in_window:
            return "refuse"
        return "keep" if request.value < self.below else "accept"


class OwnFault(AcceptanceRule):
    """Within the window, and only where the company is to blame: late, damaged, defective, or the wrong item.

    ```yaml
    rule: own_fault
    ```

    >>> rule = OwnFault()
    >>> rule.answer(ReturnRequest("damaged", own_fault=True)), rule.answer(ReturnRequest("changed_mind"))
    ('accept', 'refuse')
    """

    rule: Literal["own_fault"] = "own_fault"

    def answer(self, request: ReturnRequest) -> Answer:
        return "accept" if request.own_fault and request.in_window else "refuse"
