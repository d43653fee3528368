"""What can happen: one kind of fact for each past-tense name. Times are in hours from the start of the run."""

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


class Erred(NamedTuple):
    """Something was entered wrongly; it did harm only if verification missed it and the goods reached the customer."""

    order: int
    line: int
    """Line number; 0 where the error is the whole order's."""
    kind: int
    """Index into the kinds of error."""
    caught: float
    """1 if verification catches it."""


class Surfaced(NamedTuple):
    """An error that verification had missed came to light at the customer."""

    at: float
    order: int
    line: int
    """Line number; 0 where the error is the whole order's."""
    kind: int
    """Index into the kinds of error."""


class ShortPaid(NamedTuple):
    """A customer who was charged a wrong price paid less."""

    at: float
    order: int
    share: float
    """Share of the order's value that was not paid."""


class Complained(NamedTuple):
    """A customer complained of an order."""

    at: float
    order: int
    reason: int
    """Index into the reasons of complaints."""


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


class Collected(NamedTuple):
    """The customer collected a shipment."""

    at: float
    order: int
    shipment: int


class NotCollected(NamedTuple):
    """Nobody came for units of a line within the time they are kept: the sale is off, and they went back to stock."""

    at: float
    line: int
    shelf: int
    """Where they went back to."""
    units: float
    shipment: int


class Returned(NamedTuple):
    """Units of a line came back."""

    at: float
    line: int
    units: float


class Restocked(NamedTuple):
    """Returned units became sellable stock again."""

    at: float
    line: int
    units: float
    refurbished: float
    """1 if they had to be refurbished."""


class Disposed(NamedTuple):
    """Returned units were written off."""

    at: float
    line: int
    units: float


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


class Oversold(NamedTuple):
    """A channel had sold units that its record showed and that were not there when stock was allocated."""

    at: float
    line: int
    units: float


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


class Transshipped(NamedTuple):
    """Units left another site's shelf for a line that waits."""

    at: float
    line: int
    origin: int
    """Shelf that they left."""
    units: float


class TransferReceived(NamedTuple):
    """Units from another site arrived."""

    at: float
    shelf: int
    units: float


class Replenished(NamedTuple):
    """A replenishment order was placed."""

    at: float
    shelf: int
    """Site index times number of products, plus SKU index."""
    units: float


class Received(NamedTuple):
    """A replenishment order arrived."""

    at: float
    shelf: int
    units: float
    placed: float
    """When it was placed; nan for an emergency order, which says nothing of the usual lead time."""


class Recalled(NamedTuple):
    """Units on order were taken back before the supplier began them."""

    at: float
    shelf: int
    units: float


class Replanned(NamedTuple):
    """The planned lead time of a supplier was refreshed from its receipts, and the stock it delivers sized anew."""

    at: float
    supplier: int
    """Index into the scenario's suppliers."""
    mean: float
    """Hours."""
    sd: float
    """Hours."""


class Alerted(NamedTuple):
    """An agreement was found to be at risk before its period ended."""

    at: float
    contract: int
    """Index into the scenario's contracts."""
    due: float
    """What had fallen due so far, in orders, lines, units or value, as the agreement counts."""
    met: float
    """How much of it was met."""


class Pushed(NamedTuple):
    """An order became one of the most urgent because its agreement is at risk."""

    at: float
    order: int
    contract: int


class Settled(NamedTuple):
    """A period of an agreement was settled."""

    at: float
    contract: int
    begun: float
    """When the period began."""
    due: float
    """What fell due in it, in orders, lines, units or value, as the agreement counts."""
    met: float
    """How much of it was met, forgiven failures included."""
    forgiven: float
    """Failing orders that were forgiven."""
    excluded: float
    """Orders that fell due and did not count."""


class SkuReclassified(NamedTuple):
    """A review put a SKU into another class."""

    at: float
    sku: int
    became: int
    """Index into the classes of the segmentation rule."""


class CustomerReclassified(NamedTuple):
    """A review put a customer into another class."""

    at: float
    customer: int
    became: int
    """Index into the classes of the segmentation rule."""


ERROR_KINDS = ("item", "quantity", "address", "price", "document")
"""What can go wrong when an order is entered: with a line the first two, with the order the others."""
COMPLAINT_REASONS: tuple[str, ...] = ERROR_KINDS
"""What customers complain of."""

DAMAGED_IN = ("picking", "packing", "transit")
"""Where goods get damaged."""
KINDS: tuple[type[NamedTuple], ...] = (
    Ordered,
    LineOrdered,
    Erred,
    Oversold,
    Allocated,
    Backordered,
    Lost,
    Cancelled,
    Served,
    Batched,
    Held,
    Abandoned,
    Delivered,
    Surfaced,
    ShortPaid,
    Complained,
    Replenished,
    Received,
    Recalled,
    Replanned,
    Returned,
    Restocked,
    Disposed,
    Promised,
    Offered,
    Declined,
    Sourced,
    Substituted,
    Expedited,
    ShippedExpress,
    Transshipped,
    TransferReceived,
    Withdrawn,
    SetAside,
    Released,
    SkuReclassified,
    CustomerReclassified,
    Alerted,
    Pushed,
    Settled,
    Collected,
    NotCollected,
)
"""Every kind of fact."""
INTEGERS = frozenset(
    {
        "order",
        "line",
        "segment",
        "channel",
        "customer",
        "site",
        "sku",
        "shelf",
        "stage",
        "shipment",
        "rule",
        "target",
        "kind",
        "origin",
        "became",
        "reason",
        "batch",
        "supplier",
        "contract",
    }
)
"""Fields that hold whole numbers."""
OFFERS = ("partial", "item", "site", "date")
"""What can be offered where the promised time is too long."""
