"""Fulfilment: from the shelf through the dock to the customer."""

from simulator.engine.clock import Life
from simulator.engine.orders import Order, Shipment
from simulator.lifecycle.world import World
from simulator.units import exact


def life_at_the_dock(world: World, order: Order) -> Life:
    """From the shelf to the customer.

    Where the order is held until it is complete, or nothing of it is in stock, it waits first;
    what is short of an order that leaves follows in shipments of its own.
    """
    if order.idle:
        yield
    if not order.taken:
        complete(world, order)
        return
    site = order.terms.site
    if site.counts_lines and order.short:
        order.work = order.terms.fresh_work(order.taken)
    if order.terms.express is not None:
        speed_up(world, order, order)
    for stage in order.terms.dock:
        if stage.serve(order):
            yield
    if world.hooks.delivering:
        come_out(world, order, order)
    deliver(world, order, order)


def life_of_shipment(world: World, order: Order, shipment: Shipment) -> Life:
    """What followed later: the dock and the customer."""
    dock = order.terms.dock
    if dock:
        shipment.work = order.terms.fresh_work(1)
        speed_up(world, order, shipment)
    for stage in dock:
        if stage.serve(shipment):
            yield
    if world.hooks.delivering:
        come_out(world, order, shipment)
    deliver(world, order, shipment)


def hand_out(world: World, order: Order) -> None:
    """An order at a site without a dock reaches the customer at once; one of which nothing is left ends."""
    if order.taken:
        deliver(world, order, order)
    else:
        complete(world, order)


def speed_up(world: World, order: Order, shipment: Shipment) -> None:
    """Send a shipment by the faster transit if it would be late otherwise, as planned."""
    express, site = order.terms.express, order.terms.site
    if express is None or site.transit is None or order.due != order.due:
        return
    now = world.clock.now
    late = order.terms.planned(now, 1, desk=False) > exact(order.due + express.if_late_by)
    if late and express.time < site.transit_time:
        shipment.work[site.transit] = express.time
        world.record.shipped_express((now, order.number, shipment.shipment))


def come_out(world: World, order: Order, shipment: Shipment) -> None:
    """A shipment is through the dock, and may be taken over before it is delivered: without transit it leaves the site
    here, and that it left is written down for itself."""
    if order.terms.site.transit is None and not order.terms.collected:
        world.record.shipped((world.clock.now, order.number, shipment.shipment))


def deliver(world: World, order: Order, shipment: Shipment) -> None:
    """The goods reach the customer, or are ready to be collected."""
    hooks, followed = world.hooks, shipment.pieces is not None
    if followed:
        for takes_over in hooks.delivering:
            if takes_over(order, shipment):
                return
    world.record.delivered((world.clock.now, order.number, shipment.shipment))
    if hooks.delivered:
        for hear in hooks.delivered:
            hear(order, shipment)
    if followed:
        for takes_over in hooks.ready:
            if takes_over(order, shipment):
                break
        else:
            hand_over(world, order, shipment)
    order.open -= 1
    if not order.open and not order.short and (world.cycles.asked or hooks.settled):
        complete(world, order)


def hand_over(world: World, order: Order, shipment: Shipment) -> None:
    """The customer has the goods."""
    for hear in world.hooks.handed_over:
        hear(order, shipment)


def complete(world: World, order: Order) -> None:
    """Nothing of the order is owed any more; if anything was delivered, the company's record has one order more."""
    if world.cycles.asked and order.taken:
        cycle = exact(world.clock.now - order.at)
        world.cycles.add(cycle, **order.labels)
        if order.quoted is not None:
            asked, told = order.quoted
            world.cycles.learn(asked, cycle <= exact(told))
    tell_settled(world, order)


def tell_settled(world: World, order: Order) -> None:
    """Say that nothing more will come of an order."""
    if not order.settled:
        order.settled = True
        for hear in world.hooks.settled:
            hear(order)
