"""Collect: a shipment waits at the site for its customer, who comes, or does not."""

from simulator.engine.clock import Life
from simulator.engine.orders import Order, Shipment
from simulator.engine.world import World


def keep_for_customer(world: World, order: Order, shipment: Shipment) -> None:
    """A shipment is ready: its customer is told, and comes when he comes."""
    goods = Shipment(world.clock)
    goods.number, goods.shipment, goods.terms = order.number, shipment.shipment, order.terms
    goods.pieces = shipment.pieces
    goods.start(at_the_counter(world, order, goods, shipment is order))


def at_the_counter(world: World, order: Order, goods: Shipment, first: bool) -> Life:
    """The life of goods that are kept for their customer."""
    from simulator.lifecycle.fulfilment import hand_over

    channel, comes = order.terms.channel, order.block.comes
    assert channel is not None and channel.collect is not None and comes is not None
    after, hold = comes[order.index], channel.collect.hold
    goods.until(world.clock._now + min(after, hold))
    yield
    if after > hold:
        put_back(world, order, goods, first)
        return
    world.record.collected((world.clock._now, order.number, goods.shipment))
    hand_over(world, order, goods)


def put_back(world: World, order: Order, goods: Shipment, first: bool) -> None:
    """Nobody came: the goods are for others again."""
    from simulator.lifecycle.backorders import serve_waiting

    on_board = [(line, order.shelf(line), units) for line, units in goods.pieces or ()]
    for line, shelf, units in on_board + ((order.instead or []) if first else []):
        shelf.on_hand += units
        shelf.position += units
        number = order.block.line + line
        world.record.not_collected((world.clock._now, number, shelf.number, units, goods.shipment))
        serve_waiting(world, shelf)
