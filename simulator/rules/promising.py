"""What delivery time the customer is promised at order entry."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from simulator.rules.family import OneOf, Rule
from simulator.rules.views import Outlook, PromiseView
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


class AvailableToPromise(PromiseRule):
    """Available to promise: when the last line can be taken from stock or a scheduled receipt, then the order cycle.

    What waiting customers are owed comes off first. Receipts are expected on the supplier's planned date; an
    overdue one when it can be, by the law of its lead time. What no receipt covers is expected a lead time from now.

    ```yaml
    rule: available_to_promise
    cycle: 2 days
    ```

    >>> from simulator.rules.views import Outlook
    >>> AvailableToPromise(cycle="2 days").promised_time(Outlook(until_available=30))
    78.0
    """

    rule: Literal["available_to_promise"] = "available_to_promise"
    cycle: Hours
    """Allowed for the work from order entry to delivery."""

    def honest_time(self, order: PromiseView) -> float:
        return order.available() + self.cycle


class CapableToPromise(PromiseRule):
    """Capable to promise: as available to promise, and the work ahead of the order keeps the stages busy first.

    ```yaml
    rule: capable_to_promise
    cycle: 2 days
    ```

    >>> from simulator.rules.views import Outlook
    >>> CapableToPromise(cycle="2 days").promised_time(Outlook(until_available=30, until_free=6))
    84.0
    """

    rule: Literal["capable_to_promise"] = "capable_to_promise"
    cycle: Hours
    """Allowed for the order's own work from entry to delivery."""

    def honest_time(self, order: PromiseView) -> float:
        return order.available() + order.queued() + self.cycle


class Fixed(PromiseRule):
    """A fixed time from order entry.

    ```yaml
    rule: fixed
    time: 2 days
    ```

    >>> from simulator.rules.views import Outlook
    >>> Fixed(time="2 days").promised_time(Outlook()), Fixed(time="2 days", cut=0.25).promised_time(Outlook())
    (48.0, 36.0)
    """

    rule: Literal["fixed"] = "fixed"
    standing: ClassVar[bool] = True
    time: Hours
    """From order entry to the promised delivery."""

    def honest_time(self, order: PromiseView) -> float:
        return self.time


class Padded(PromiseRule):
    """The planned order cycle (the mean times of all stages, nobody queueing) times a factor.

    ```yaml
    rule: padded
    factor: 1.5
    ```

    >>> from simulator.rules.views import Outlook
    >>> Padded(factor=1.5).promised_time(Outlook(planned=40))
    60.0
    """

    rule: Literal["padded"] = "padded"
    factor: Annotated[float, Field(gt=0)] = 1.5
    """The planned cycle is multiplied by this."""

    def honest_time(self, order: PromiseView) -> float:
        return order.planned * self.factor


class Quantile(PromiseRule):
    """The time that a share of the last orders kept to: a promise that calibrates itself.

    Only orders delivered completely count, as they are known at the time. Each slice of `by` has its own record.

    ```yaml
    rule: quantile
    share: 0.95
    by: [channel]
    start: 5 days
    ```

    >>> from simulator.rules.views import Outlook
    >>> rule = Quantile(share=0.95, start="5 days")
    >>> rule.promised_time(Outlook()), rule.promised_time(Outlook(cycles=[20.0, 30.0, 40.0]))
    (120.0, 39.0)
    """

    rule: Literal["quantile"] = "quantile"
    share: Annotated[Share, Field(gt=0, lt=1)] = 0.95
    """Share of the recent orders that kept to the time."""
    orders: Annotated[int, Field(ge=20)] = 200
    """How many recent orders are looked at; until a tenth of them is there, `start` is promised."""
    by: tuple[Literal["segment", "channel", "site"], ...] = ()
    """The slices with a record of their own; one record for all orders where left out."""
    start: Hours
    """The promise until there is enough record."""

    def honest_time(self, order: PromiseView) -> float:
        found = order.record(self.share, self.orders, self.by)
        return self.start if found is None else found
