"""What can happen to any order: one kind of fact for each past-tense name; times in hours from the start of the run.

A kind says here, once, what it does to stock and to what is owed; what mechanisms add says the same beside it.
"""

from typing import NamedTuple

from simulator.engine.declaring import (
    COMES_FIRST as COMES_FIRST,
)
from simulator.engine.declaring import (
    ENDS as ENDS,
)
from simulator.engine.declaring import (
    ERRORS_MET as ERRORS_MET,
)
from simulator.engine.declaring import (
    LEAVES_SITE as LEAVES_SITE,
)
from simulator.engine.declaring import (
    ON_HAND as ON_HAND,
)
from simulator.engine.declaring import (
    ON_ORDER as ON_ORDER,
)
from simulator.engine.declaring import (
    RECLASSIFIES as RECLASSIFIES,
)
from simulator.engine.declaring import (
    Kind as Kind,
)
from simulator.engine.declaring import (
    Movement as Movement,
)
from simulator.engine.declaring import (
    comes_first as comes_first,
)
from simulator.engine.declaring import (
    ends_order as ends_order,
)
from simulator.engine.declaring import (
    error_met as error_met,
)
from simulator.engine.declaring import (
    in_order as in_order,
)
from simulator.engine.declaring import (
    leaves_site as leaves_site,
)
from simulator.engine.declaring import (
    on_hand as on_hand,
)
from simulator.engine.declaring import (
    on_order as on_order,
)
from simulator.engine.declaring import (
    reclassifies as reclassifies,
)
from simulator.engine.declaring import (
    told_before as told_before,
)


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


class Committed(NamedTuple):
    """Units of a line were promised from a shelf for a time, and are held for it: nobody else takes them."""

    at: float
    line: int
    shelf: int
    units: float
    due: float
    """When they are to be there."""


class Offered(NamedTuple):
    """A customer was offered something else, since the promised time was too long."""

    at: float
    order: int
    kind: int
    """Index into `OFFERS`."""
    accepted: float
    """1 if the customer accepted."""


@ends_order()
class Declined(NamedTuple):
    """A customer went away when the promise was made: the order ends."""

    at: float
    order: int


class Sourced(NamedTuple):
    """The order is served by another site than the customer's own."""

    order: int
    site: int


class Served(NamedTuple):
    """A stage worked on an order; a stage that has not begun or ended it by the end of the run says nan."""

    stage: int
    """Index into the ledger's stages."""
    order: int
    queued: float
    started: float
    ended: float


class Batched(NamedTuple):
    """A stage worked on an order together with others; written beside its Served."""

    stage: int
    order: int
    batch: int
    """Number of the batch, counted from 1 at each stage."""


class Held(NamedTuple):
    """An order waited for its credit to be cleared."""

    at: float
    order: int
    until: float


@ends_order()
class Abandoned(NamedTuple):
    """An order ended at the desk: it came to a full stage, or waited longer than its patience."""

    at: float
    order: int
    stage: int
    """Index into the ledger's stages."""
    queued: float
    """When it came to the stage."""
    full: float
    """1 if the stage was full; else its patience ended."""


class Shipped(NamedTuple):
    """A shipment left the site: the stages before transit are done with it.

    It is written where that is not told by another fact: goods of a site with neither these stages nor transit leave
    when they are allocated, those of a site without transit when they are delivered, and those that the customer
    collects when he comes.
    """

    at: float
    order: int
    shipment: int


class Delivered(NamedTuple):
    """A shipment reached the customer, or is ready where the customer collects it."""

    at: float
    order: int
    shipment: int


class ShippedExpress(NamedTuple):
    """A shipment was sent by the faster transit."""

    at: float
    order: int
    shipment: int


@on_hand(-1)
class Allocated(NamedTuple):
    """Units of a line were taken from stock for a shipment."""

    at: float
    line: int
    units: float
    shipment: int


class Backordered(NamedTuple):
    """Units of a line were short, and the customer waits."""

    at: float
    line: int
    units: float


class Lost(NamedTuple):
    """Units of a line were short, and the sale is lost."""

    at: float
    line: int
    units: float


class Cancelled(NamedTuple):
    """Units that waited were given up."""

    at: float
    line: int
    units: float
    by_company: float
    """1 if the company cancelled them, 0 if the customer did."""


@on_hand(-1)
class Substituted(NamedTuple):
    """Units of another SKU were taken from stock for a line's shipment."""

    at: float
    line: int
    shelf: int
    """Whose stock was taken."""
    units: float
    shipment: int


class Expedited(NamedTuple):
    """Units that a line waits for were ordered by emergency supply."""

    at: float
    line: int
    units: float


@on_order(1, rank=-2)
@on_hand(-1, shelf="origin")
class Transshipped(NamedTuple):
    """Units left another site's shelf for a line that waits."""

    at: float
    line: int
    origin: int
    """Shelf that they left."""
    units: float


@on_order(-1)
@on_hand(1, rank=-3)
class TransferReceived(NamedTuple):
    """Units from another site arrived."""

    at: float
    shelf: int
    units: float


@on_order(1)
class Replenished(NamedTuple):
    """A replenishment order was placed."""

    at: float
    shelf: int
    """Site index times number of products, plus SKU index."""
    units: float


@on_order(1)
class Scheduled(NamedTuple):
    """A receipt was on order when the run began."""

    at: float
    shelf: int
    units: float


@on_order(-1)
@on_hand(1, rank=-2)
class Received(NamedTuple):
    """A replenishment order arrived."""

    at: float
    shelf: int
    units: float
    placed: float
    """When it was placed; nan for an emergency order and a scheduled receipt, which say nothing of the lead time."""


@on_order(-1)
class Recalled(NamedTuple):
    """Units on order were taken back before the supplier began them."""

    at: float
    shelf: int
    units: float


DAMAGED_IN = ("picking", "packing", "transit")
"""Where goods get damaged."""
KINDS: tuple[Kind, ...] = (
    Ordered,
    LineOrdered,
    Allocated,
    Backordered,
    Lost,
    Cancelled,
    Served,
    Batched,
    Held,
    Abandoned,
    Shipped,
    Delivered,
    Replenished,
    Scheduled,
    Received,
    Recalled,
    Promised,
    Committed,
    Offered,
    Declined,
    Sourced,
    Substituted,
    Expedited,
    ShippedExpress,
    Transshipped,
    TransferReceived,
)
"""The kinds that can happen to any order, in the order in which those of one instant are told."""
OFFERS = ("partial", "item", "site", "date")
"""What can be offered where the promised time is too long."""
