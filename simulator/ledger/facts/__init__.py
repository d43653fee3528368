"""What can happen: one kind of fact for each past-tense name. Times are in hours from the start of the run."""

from typing import NamedTuple

from simulator.ledger.facts.delivery import (
    Collected,
    Delivered,
    Disposed,
    NotCollected,
    Restocked,
    Returned,
    ShippedExpress,
)
from simulator.ledger.facts.desk import Abandoned, Batched, Complained, Erred, Held, Served, ShortPaid, Surfaced
from simulator.ledger.facts.orders import (
    Declined,
    LineOrdered,
    Offered,
    Ordered,
    Promised,
    Released,
    SetAside,
    Sourced,
    Withdrawn,
)
from simulator.ledger.facts.policy import Alerted, CustomerReclassified, Pushed, Settled, SkuReclassified
from simulator.ledger.facts.stock import (
    Allocated,
    Backordered,
    Cancelled,
    Expedited,
    Lost,
    Oversold,
    Substituted,
    TransferReceived,
    Transshipped,
)
from simulator.ledger.facts.supply import Recalled, Received, Replanned, Replenished

__all__ = [
    "DAMAGED_IN",
    "ERROR_KINDS",
    "INTEGERS",
    "KINDS",
    "OFFERS",
    "Abandoned",
    "Alerted",
    "Allocated",
    "Backordered",
    "Batched",
    "Cancelled",
    "Collected",
    "Complained",
    "CustomerReclassified",
    "Declined",
    "Delivered",
    "Disposed",
    "Erred",
    "Expedited",
    "Held",
    "LineOrdered",
    "Lost",
    "NotCollected",
    "Offered",
    "Ordered",
    "Oversold",
    "Promised",
    "Pushed",
    "Recalled",
    "Received",
    "Released",
    "Replanned",
    "Replenished",
    "Restocked",
    "Returned",
    "Served",
    "SetAside",
    "Settled",
    "ShippedExpress",
    "ShortPaid",
    "SkuReclassified",
    "Sourced",
    "Substituted",
    "Surfaced",
    "TransferReceived",
    "Transshipped",
    "Withdrawn",
]

ERROR_KINDS = ("item", "quantity", "address", "price", "document")
"""What can go wrong when an order is entered: with a line the first two, with the order the others."""
COMPLAINT_REASONS: tuple[str, ...] = ERROR_KINDS
"""What customers complain of."""

DAMAGED_IN = ("picking", "packing", "transit")
"""Where goods get damaged."""
KINDS: tuple[type[NamedTuple], ...] = (
    Ordered, LineOrdered, Erred, Oversold, Allocated, Backordered, Lost, Cancelled, Served, Batched, Held, Abandoned,
    Delivered, Surfaced, ShortPaid, Complained, Replenished, Received, Recalled, Replanned, Returned, Restocked,
    Disposed, Promised, Offered, Declined, Sourced, Substituted, Expedited, ShippedExpress, Transshipped,
    TransferReceived, Withdrawn, SetAside, Released, SkuReclassified, CustomerReclassified,
    Alerted, Pushed, Settled,
    Collected, NotCollected,
)  # fmt: skip
"""Every kind of fact."""
INTEGERS = frozenset({
    "order", "line", "segment", "channel", "customer", "site", "sku", "shelf", "stage", "shipment", "rule", "target",
    "kind", "origin", "became", "reason", "batch", "supplier", "contract",
})  # fmt: skip
"""Fields that hold whole numbers."""
OFFERS = ("partial", "item", "site", "date")
"""What can be offered where the promised time is too long."""
