"""The order desk: how orders are entered and what goes wrong, credit holds, batches, and what mistakes lead to."""

from typing import Annotated

from pydantic import Field

from simulator.model import Model
from simulator.scenario.distributions import Duration
from simulator.units import Hours, Share


class Errors(Model):
    """How often something is entered wrongly, by kind."""

    item: Share = 0.0
    """Share of lines with a wrong item."""
    quantity: Share = 0.0
    """Share of lines with a wrong quantity."""
    address: Share = 0.0
    """Share of orders with a wrong address."""
    price: Share = 0.0
    """Share of orders with a wrong price."""
    document: Share = 0.0
    """Share of orders with wrong documents."""


class EntryMode(Model):
    """A way of entering orders, such as EDI, web or by hand: the time it takes, and the errors it makes."""

    time: Duration | None = None
    """Working time for an order at the stage `entry`, instead of the stage's own."""
    line_time: Duration | None = None
    """Working time for each of its lines, added."""
    errors: Errors = Errors()
    """What is entered wrongly."""

    @property
    def takes_time(self) -> bool:
        """Whether it gives a working time of its own."""
        return self.time is not None or self.line_time is not None


class CreditHold(Model):
    """Orders whose credit has to be cleared first; they wait without occupying staff."""

    rate: Share
    """Share of orders that are held."""
    time: Duration
    """How long a held order waits after its credit check."""


class Collecting(Model):
    """How orders are collected into batches that are worked on as one."""

    orders: Annotated[int, Field(ge=2)]
    """So many orders make a batch."""
    within: Annotated[Hours, Field(gt=0)]
    """A smaller batch is begun when its oldest order has waited so long."""


class Mistakes(Model):
    """What happens at the customer when verification has missed an error. All defaults are assumptions.

    A wrong item comes back as a return and is not sent again; a wrong address costs a second delivery; a wrong
    price is paid short; a wrong quantity or document leaves the order imperfect. Stock is taken as ordered: an
    error is a mark on the order, and moves no units from one SKU to another. A line for which the customer takes a
    substitute is entered anew: what was wrong with it does no harm.
    """

    complaint: Share = 0.5
    """Share of the errors met with that the customer complains of."""
    wrong_item_lag: Duration = Duration.model_validate("5 days")
    """From the delivery of a wrong item until it is back."""
    redelivery: Duration = Duration.model_validate("2 days")
    """From the delivery at a wrong address until the right one is reached."""
    short_payment: Share = 0.1
    """Share of its value that is not paid of an order with a wrong price."""
