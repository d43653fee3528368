"""What delivery time the customer is promised at order entry."""

import math
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

    asks_capacity: ClassVar[bool] = True
    """Whether it may ask how much work is ahead of an order, so that who is being served has to be watched."""

    @property
    def holds(self) -> bool:
        """Whether what it promises is held for the order until it is given, so that nobody else takes it."""
        return False

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


class FromStock(PromiseRule):
    """What promises that look at stock and receipts have in common."""

    cycle: Hours
    """Allowed for the order's own work from entry to delivery."""
    commitment: Literal["hard", "soft"] = "hard"
    """`hard` holds what is promised for the order: others take it neither before its date nor on it. `soft` holds
    nothing: who comes first takes the stock, and promises are kept as far as it goes."""

    @property
    def holds(self) -> bool:
        return self.commitment == "hard"


class AvailableToPromise(FromStock):
    """Available to promise: when the last line can be taken from stock or a receipt, then the order cycle.

    It is the earliest time from which on, for all later times, stock on hand and the receipts due by then cover the
    order beyond what is owed and promised to others by then. Receipts are expected on the supplier's planned date, an
    overdue one when it can be, by the law of its lead time, and one of a supplier with a queue when its turn comes.
    What is not ordered yet comes by the replenishment rule's next chance: its next review, then the lead time. Such a
    replenishment order is foreseen, not placed: what other SKUs order before it from a supplier with limited capacity,
    or a customer order to come that changes its quantity, can still make it late. A customer's order is promised as a
    whole; where the customer accepts it (`alternatives.partial`) its lines are split over receipts.

    A line that is promised goods for a later date is backordered until then, not short. Where they are late, it goes on
    waiting, and the responses to a shortage are not asked again; if the last of them has nobody wait, it is cancelled.

    ```yaml
    rule: available_to_promise
    cycle: 2 days
    ```

    >>> from simulator.rules.views import Outlook
    >>> AvailableToPromise(cycle="2 days").promised_time(Outlook(until_available=30))
    78.0
    """

    rule: Literal["available_to_promise"] = "available_to_promise"
    asks_capacity: ClassVar[bool] = False

    def honest_time(self, order: PromiseView) -> float:
        return order.available() + self.cycle


class CapableToPromise(FromStock):
    """Capable to promise: material and capacity, the later of the two, then the order cycle.

    Material is available to promise. Capacity is there when the work ahead of the order has been done: what is left of
    the work in progress, who waits at the stages, and orders promised for goods that come before, all by mean times.
    With a share, so much is added that this share of orders keeps to the promise, as far as their work is random.
    Behind a long queue, where several people serve orders that take unlike times, it is right to within the work on one
    order at each stage.

    ```yaml
    rule: capable_to_promise
    cycle: 2 days
    ```

    >>> from simulator.rules.views import Outlook
    >>> CapableToPromise(cycle="2 days").promised_time(Outlook(until_available=30, until_free=6))
    78.0
    """

    rule: Literal["capable_to_promise"] = "capable_to_promise"
    share: Annotated[Share, Field(gt=0, lt=1)] | None = None
    """Share of orders that are to keep to the promise; the mean is promised where left out."""

    def honest_time(self, order: PromiseView) -> float:
        ready = order.available()
        if ready == math.inf:  # no receipt is known: there is nothing to ask capacity for
            return ready
        time = order.queued(ready) + self.cycle
        return time if self.share is None else time + order.margin(self.share, ready)


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
    asks_capacity: ClassVar[bool] = False
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
    asks_capacity: ClassVar[bool] = False
    factor: Annotated[float, Field(gt=0)] = 1.5
    """The planned cycle is multiplied by this."""

    def honest_time(self, order: PromiseView) -> float:
        return order.planned * self.factor


class Quantile(PromiseRule):
    """The time that a share of the last orders kept to: a promise that calibrates itself.

    Only orders delivered completely count, as they are known at the time. Each slice of `by` has its own record. Orders
    that follow each other wait in the same queue, so that of the next fewer would keep to it: each that does not raises
    the level a little, each that does lowers it, until the share is kept in the long run.

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
    asks_capacity: ClassVar[bool] = False
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
