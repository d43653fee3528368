"""Hooks: what the life-cycle of orders says aloud, and who listens.

Each hook is a list of functions, called in the order of the mechanisms that subscribed to them. A hook to which
nobody listens costs a look at an empty list: those that every order passes are looked at first (`if hooks.entered:`),
since a loop over nothing costs several times as much. Where a function is said to *take over*, it returns True if it
has done, or will do, what would come next; the functions after it are then not asked.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.engine.orders import Order, Shipment
    from simulator.engine.shelf import Shelf
    from simulator.engine.supply import Delivery

OfOrder = Callable[["Order"], None]
OfUnits = Callable[["Order", int, float], None]


class Hooks:
    """The hooks of one run."""

    def __init__(self) -> None:
        self.needing: list[Callable[[Order], bool]] = []
        """A customer who decides whether to come needs something. False: he does not come, and there is no order."""
        self.arriving: list[OfOrder] = []
        """A new order has come, and nothing was promised to it yet."""
        self.promised: list[OfOrder] = []
        """A date was promised at order entry, or promised anew, that was not fixed when the order was drawn."""
        self.entered: list[OfOrder] = []
        """The order has been promised what it is promised, and is taken on; a function may strike out lines."""
        self.accepted: list[Callable[[Order], bool]] = []
        """The order is to go on to the desk. Takes over: it is passed on later, with `entry.pass_on`."""
        self.ended: list[Callable[[Order, bool], None]] = []
        """The order ended before it asked for stock; True if its customer cancelled it."""
        self.short: list[Callable[[Order, int, Shelf, float], bool]] = []
        """Units of a line are not in stock. Takes over: what becomes of them is settled."""
        self.replaced: list[OfUnits] = []
        """Units of a line are replaced by another product, in the order's own shipment."""
        self.gone: list[Callable[[Order, int, float, bool], None]] = []
        """Units of a line will not be delivered: lost, or cancelled; True if the customer cancelled them."""
        self.allocated: list[OfOrder] = []
        """Every line of the order has asked for stock."""
        self.leaving: list[Callable[[Shipment, float], None]] = []
        """A shipment is on its way out, and leaves the site for its transit at a time that may be yet to come."""
        self.delivering: list[Callable[[Order, Shipment], bool]] = []
        """A shipment whose goods are followed reaches its address. Takes over: it is delivered later."""
        self.delivered: list[Callable[[Order, Shipment], None]] = []
        """A shipment reached the customer, or is ready where the customer collects it."""
        self.ready: list[Callable[[Order, Shipment], bool]] = []
        """A delivered shipment whose goods are followed is to be handed over. Takes over: it is handed over later."""
        self.handed_over: list[Callable[[Order, Shipment], None]] = []
        """The customer has the goods of a shipment that is followed; they are in `shipment.pieces`."""
        self.sent_back: list[Callable[[int, float], None]] = []
        """Units of a line, by its number, that the customer had are here again: said by the mechanism that takes them
        back."""
        self.settled: list[OfOrder] = []
        """Nothing more will come of the order: all that was owed was delivered, lost or cancelled, or it ended before.
        What its customer withdrew at will is not told."""
        self.erred: list[Callable[[Order, str], None]] = []
        """The customer meets with an error of the company, such as a wrong item: said by the mechanism that knows."""
        self.warned: list[OfOrder] = []
        """The customer was told of a delay, and believes it: said by the mechanism that tells customers."""
        self.received: list[Callable[[Shelf, Delivery], None]] = []
        """A replenishment order has arrived; an emergency order does not count."""
        self.contacting: list[Callable[[Order | None, str], None]] = []
        """A customer turns to the company, about an order or about none, for one of the reasons of contacts: said by
        the mechanism that knows why, heard by the one that answers."""
        self.contacted: list[Callable[[Order | None, str, bool], None]] = []
        """A contact has ended; True if it was answered, False if the customer gave up waiting for good."""
        self.sells_in_passing = True
        """Whether orders that need nothing but goods from the shelf may be sold without being built: no hook but those
        of followed orders is then called for them."""

    def listeners(self) -> int:
        """How many functions listen."""
        return sum(len(hook) for hook in vars(self).values() if isinstance(hook, list))
