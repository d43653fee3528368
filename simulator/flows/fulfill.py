"""Fulfill: allocate stock to lines, ship and deliver."""

from simulator.flows.returns import start_return
from simulator.flows.shortage import fall_short
from simulator.flows.source import reorder
from simulator.world.clock import Life
from simulator.world.orders import Block, Order, Shipment
from simulator.world.stock import Shelf, Waiting
from simulator.world.world import World


def allocate(world: World, order: Order) -> None:
    """Take every line of an order from its shelf; what is short goes its own way."""
    block, now, record = order.block, world.clock._now, world.record.allocated
    shelves, wanted, number = block.shelves, block.units, block.line
    shipment = order.shipment = next(world.shipments)
    if block.returns:
        order.pieces = _wanted_back(order)
    for line in range(order.first, order.last):
        shelf, units = shelves[line], wanted[line]
        if units <= shelf.on_hand and not shelf.waiting:
            shelf.on_hand -= units
            shelf.position = position = shelf.position - units
            record((now, number + line, units, shipment))
            order.taken += 1
            if order.pieces is not None:
                order.pieces.append((line, units))
            if position <= shelf.reorder_at:
                reorder(world, shelf)
        else:
            fall_short(world, order, line, shelf, units)
    order.idle = bool(order.short) and (order.terms.ship == "order" or not order.taken)


def sell_over_the_counter(world: World, block: Block, index: int, now: float) -> bool:
    """Sell at once an order of one line at a site without stages; False if that can't be done.

    It is what `allocate` and `deliver` do, for the one kind of order that needs no life of its own:
    nothing is short, nothing will come back, nobody works on it.
    """
    starts = block.starts
    line = starts[index]
    shelf, units, record = block.shelves[line], block.units[line], world.record
    if units > shelf.on_hand or shelf.waiting or starts[index + 1] - line != 1 or line in block.returns:
        return False
    shelf.on_hand -= units
    shelf.position = position = shelf.position - units
    shipment = next(world.shipments)
    record.allocated((now, block.line + line, units, shipment))
    record.delivered((now, block.number + index, shipment))
    if position <= shelf.reorder_at:
        reorder(world, shelf)
    return True


def _wanted_back(order: Order) -> list[tuple[int, float]] | None:
    """A list for what is on board, if any line of the order will come back."""
    returns = order.block.returns
    return [] if any(line in returns for line in range(order.first, order.last)) else None


def serve_waiting(world: World, shelf: Shelf) -> None:
    """After a receipt: the lines that wait, first come first served, as far as the stock goes."""
    queue = shelf.waiting
    while queue and (shelf.on_hand > 0 or not queue[0].units):
        first = queue[0]
        units = min(first.units, shelf.on_hand)
        if units < first.units and first.order.terms.ship != "units":
            break
        if units:
            shelf.on_hand -= units
            shelf.backordered -= units
            first.units -= units
            release(world, first, units)
        if not first.units:
            queue.popleft()


def release(world: World, waiting: Waiting, units: float) -> None:
    """Units for a line that waited: they leave with the order if it still waits itself, else on their own."""
    order, now = waiting.order, world.clock._now
    if not waiting.units:
        order.short -= 1
    if order.idle:
        world.record.allocated((now, order.block.line + waiting.line, units, order.shipment))
        order.taken += 1
        if order.pieces is not None:
            order.pieces.append((waiting.line, units))
        go_on(order)
        return
    shipment = Shipment(world.clock)
    shipment.shipment = next(world.shipments)
    shipment.number, shipment.terms = order.number, order.terms
    shipment.pieces = [(waiting.line, units)] if order.pieces is not None else None
    world.record.allocated((now, order.block.line + waiting.line, units, shipment.shipment))
    shipment.start(life_of_shipment(world, order, shipment))


def go_on(order: Order) -> None:
    """An order that waits for stock goes on when it may ship; one with nothing left to ship ends."""
    if order.short and (order.terms.ship == "order" or not order.taken):
        return
    order.idle = False
    order.resume()


def life_of_shipment(world: World, order: Order, shipment: Shipment) -> Life:
    """What followed later: the dock and the customer."""
    site = order.terms.site
    if site.dock:
        shipment.work = site.fresh_work(1)
    for stage in site.dock:
        stage.serve(shipment)
        yield
    deliver(world, order, shipment)


def deliver(world: World, order: Order, shipment: Shipment) -> None:
    """The goods reach the customer; some will come back."""
    world.record.delivered((world.clock._now, order.number, shipment.shipment))
    for line, units in shipment.pieces or ():
        if line in order.block.returns:
            start_return(world, order, line, units)
