"""Source: order from the supplier, wait for the lead time, receive."""

from simulator.world.clock import REVIEW, WORK, Life, Process
from simulator.world.stock import Shelf
from simulator.world.supply import Delivery
from simulator.world.world import World


def reorder(world: World, shelf: Shelf) -> None:
    """Ask the shelf's rule and place the order it wants, or take back what is no longer needed."""
    assert shelf.rule is not None and shelf.supply is not None
    units = shelf.rule.order_quantity(shelf)
    if units > 0:
        delivery = Delivery(world.clock, shelf.number, shelf.rule.lots(units))
        delivery.start(replenish(world, shelf, delivery))
    elif units < 0:
        taken = shelf.supply.recall(shelf.number, -units)
        if taken:
            shelf.on_order -= taken
            shelf.position -= taken
            world.record.recalled((world.clock._now, shelf.number, taken))


def replenish(world: World, shelf: Shelf, delivery: Delivery) -> Life:
    """One replenishment order, from placing to receipt."""
    from simulator.flows.fulfill import serve_waiting

    assert shelf.supply is not None
    units = delivery.units
    shelf.on_order += units
    shelf.position += units
    world.record.replenished((world.clock._now, shelf.number, units))
    shelf.supply.deliver(delivery)
    yield
    shelf.on_order -= units
    shelf.on_hand += units
    world.record.received((world.clock._now, shelf.number, units))
    serve_waiting(world, shelf)


def review(world: World, shelves: list[Shelf], clerk: Process, first: float, every: float, early: bool) -> Life:
    """Look at some shelves every so often; `early` is before the demand of the same instant."""
    count = 0
    while True:
        clerk.until(first + count * every, WORK if early else REVIEW)
        yield
        for shelf in shelves:
            reorder(world, shelf)
        count += 1
