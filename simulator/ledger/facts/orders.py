"""What customers order, what they are promised, and what comes of it before stock is asked for."""

from typing import NamedTuple


class Ordered(NamedTuple):
    """A customer placed an order."""

    at: float
    order: int
    """Order number, counted from 1 in the order of time."""
    segment: int
    """Index into the scenario's segments."""
    channel: int
    """Index into its channels; -1 where there are none."""
    customer: int
    """Index into the ledger's customers."""
    site: int
    """Index into its sites."""
    promised: float
    """Promised delivery; nan where nothing was promised."""
    damaged: float
    """0 if it will arrive undamaged; else where it is damaged: 1 + index into DAMAGED_IN."""
    misdocumented: float
    """1 if its documents are wrong."""
    rule: int
    """Index of the rule of the service policy by which it is treated: the first for it; -1 where none is."""
    overridden: float
    """1 if sales had it treated by another rule than its own."""
    target: int
    """Index of the rule that states its target; -1 where none does."""
    requested: float
    """When the customer wants it; nan where nothing was requested."""


class LineOrdered(NamedTuple):
    """The order has a line."""

    order: int
    line: int
    """Line number, counted from 1 over all orders."""
    sku: int
    """Index into the scenario's products."""
    units: float
    price: float
    """Of one unit."""


class Promised(NamedTuple):
    """A delivery was promised that was not fixed beforehand: at order entry, or anew for an order that has to wait."""

    at: float
    order: int
    due: float


class Offered(NamedTuple):
    """A customer was offered something else, since the promised time was too long."""

    at: float
    order: int
    kind: int
    """Index into `OFFERS`."""
    accepted: float
    """1 if the customer accepted."""


class Declined(NamedTuple):
    """A customer went away when the promise was made: the order ends."""

    at: float
    order: int


class Sourced(NamedTuple):
    """The order is served by another site than the customer's own."""

    order: int
    site: int


class Withdrawn(NamedTuple):
    """A customer cancelled an order for later before it was released."""

    at: float
    order: int


class SetAside(NamedTuple):
    """Units were set aside for a line of an order for later; they stay on hand until they are allocated."""

    at: float
    line: int
    units: float


class Released(NamedTuple):
    """An order for later was given to the warehouse."""

    at: float
    order: int
