"""What the customer of an open order is told, and when."""

from typing import Annotated, Literal

from pydantic import Field

from simulator.rules.family import OneOf, Rule
from simulator.units import Hours, Share

Milestone = Literal["confirmed", "shipped", "out_for_delivery"]


class NotificationRule(Rule):
    """Decides what the customer of an open order is told between order entry and delivery.

    News ends the customer's silence; news with a date moves the date that the customer believes.
    """

    @property
    def lead(self) -> float | None:
        """Hours before the date that the customer believes at which the company looks whether it can be kept; None
        where it never looks."""
        return None

    @property
    def every(self) -> float | None:
        """Hours between updates that come whatever happens; None where there are none."""
        return None

    @property
    def error(self) -> float:
        """Standard deviation of the dates that are told, in hours."""
        return 0.0

    @property
    def round(self) -> float:
        """Hours before they arrive at which goods are out for delivery, as far as customers are told."""
        return 8.0

    def tells(self, milestone: Milestone) -> bool:
        """Whether the customer is told that the order has come so far."""
        return False

    def dates(self, milestone: Milestone) -> bool:
        """Whether that news names the date on which the goods are expected."""
        return False

    def alerts(self, late: bool, chance: float) -> bool:
        """Whether the customer is told of a delay, given what is so: whether the order will be `late` by what can be
        known, and the order's own chance, between 0 and 1."""
        return False


Notify = Annotated[NotificationRule, OneOf()]


class Silence(NotificationRule):
    """Nothing is told: the customer hears of the order again when it is delivered.

    ```yaml
    rule: silence
    ```

    >>> Silence().tells("shipped")
    False
    """

    rule: Literal["silence"] = "silence"


class Milestones(NotificationRule):
    """News of what has happened: confirmed (the order has passed the desk), shipped, out for delivery.

    ```yaml
    rule: milestones
    tell: [confirmed, shipped]
    ```

    >>> [Milestones(tell=["shipped"]).tells(each) for each in ("confirmed", "shipped", "out_for_delivery")]
    [False, True, False]
    """

    rule: Literal["milestones"] = "milestones"
    tell: tuple[Milestone, ...] = ("confirmed", "shipped", "out_for_delivery")
    """What is told."""
    estimates: bool = False
    """Whether `shipped` names the date on which the goods are expected; `out_for_delivery` always does."""
    estimate_error: Hours = 0.0
    """Standard deviation of the dates that are told."""
    out_before: Hours = 8.0
    """Goods are out for delivery so long before they arrive, or from when they are shipped. Assumption."""

    @property
    def error(self) -> float:
        return self.estimate_error

    @property
    def round(self) -> float:
        return self.out_before

    def tells(self, milestone: Milestone) -> bool:
        return milestone in self.tell

    def dates(self, milestone: Milestone) -> bool:
        return milestone == "out_for_delivery" or (milestone == "shipped" and self.estimates)


class DelayAlerts(Milestones):
    """Milestones, and a delay is told before the customer finds out, with a new date.

    Some time before the date that the customer believes, and again on that date and when goods leave, the company
    looks whether it can be kept. Not every delay is seen, and some alerts are false. Shares are of orders: an order
    whose delay is overlooked once is overlooked. A new date that has passed already is told as tomorrow.

    ```yaml
    rule: delay_alerts
    ahead: 1 day
    detects: 0.8
    false_alarms: 0.03
    ```

    >>> rule = DelayAlerts(ahead="1 day", detects=0.8, false_alarms=0.03)
    >>> rule.alerts(late=True, chance=0.5), rule.alerts(late=False, chance=0.5), rule.alerts(late=False, chance=0.01)
    (True, False, True)
    """

    rule: Literal["delay_alerts"] = "delay_alerts"  # type: ignore[assignment]
    ahead: Hours = 24.0
    """So long before the date that the customer believes the company looks whether it can be kept. Assumption."""
    detects: Share = 0.8
    """Share of the orders with a delay of which it is seen. Assumption."""
    false_alarms: Share = 0.03
    """Share of the orders without a delay of which one of a day is told all the same. Assumption."""

    @property
    def lead(self) -> float | None:
        return self.ahead

    def alerts(self, late: bool, chance: float) -> bool:
        return chance < (self.detects if late else self.false_alarms)


class Updates(Milestones):
    """Milestones, and every so often the date on which the goods are expected now, whether or not it has changed.

    ```yaml
    rule: updates
    interval: 2 days
    estimate_error: 12 h
    ```

    >>> Updates(interval="2 days").every
    48.0
    """

    rule: Literal["updates"] = "updates"  # type: ignore[assignment]
    interval: Annotated[Hours, Field(gt=0)]
    """From order entry to the first update, and from one to the next."""

    @property
    def every(self) -> float | None:
        return self.interval
