"""Reserve: orders whose customers want them later wait for their release, with or without goods set aside."""

from simulator.engine.clock import RESUME, WORK, Life
from simulator.engine.orders import Order
from simulator.engine.world import World
from simulator.lifecycle.promise import commit, uncommit
from simulator.lifecycle.replenishment import reorder
from simulator.lifecycle.shortage import free_for
from simulator.mechanisms.contracts.play import order_ended


def wait_for_release(world: World, order: Order, release: float) -> Life:
    """The order waits, and its customer may cancel it meanwhile; then it goes the way of the others."""
    from simulator.lifecycle.entry import go_to_the_shelf, life_at_the_desk

    reservation, now = world.scenario.service.reservation, world.clock._now
    assert reservation is not None
    if reservation.allocate == "hard":
        if order.committed:
            uncommit(order)
        set_aside(world, order)
    elif not order.committed:
        commit(order)
    chance = order.block.withdrawal[order.index] if order.block.withdrawal is not None else 1.0
    withdrawn = chance < reservation.cancelled
    order.callbacks = RESUME
    world.clock.at(order, now + (release - now) * chance / reservation.cancelled if withdrawn else release, WORK)
    yield
    if withdrawn:
        withdraw(world, order)
        return
    world.record.released((world.clock._now, order.number))
    if order.terms.site.desk:
        yield from life_at_the_desk(world, order)
    else:
        go_to_the_shelf(world, order)


def set_aside(world: World, order: Order) -> None:
    """Put aside what is there for each line and not kept from it; lines that ship only whole are set aside whole."""
    order.reserved = {}
    for line in range(order.first, order.last):
        shelf, wanted = order.shelf(line), order.block.units[line]
        if order.swaps is not None and line in order.swaps:
            continue
        terms = order.terms.of(world.policy.sku_class[shelf.sku])
        free = free_for(world, shelf, terms, world.policy.rank(order, line, shelf, wanted, terms))
        units = wanted if wanted <= free else free if terms.ship == "units" else 0.0
        if units:
            order.reserved[line] = units
            shelf.on_hand -= units
            shelf.position -= units
            shelf.reserved += units
            world.record.set_aside((world.clock._now, order.block.line + line, units))
            if shelf.position <= shelf.reorder_at:
                reorder(world, shelf)


def withdraw(world: World, order: Order) -> None:
    """The customer cancels before release: what was set aside or promised is free for others."""
    from simulator.lifecycle.backorders import serve_waiting

    world.record.withdrawn((world.clock._now, order.number))
    if order.committed:
        uncommit(order)
    for line, units in (order.reserved or {}).items():
        shelf = order.shelf(line)
        shelf.reserved -= units
        shelf.on_hand += units
        shelf.position += units
        serve_waiting(world, shelf)
    if order.block.pledges is not None:
        order_ended(world, order, cancelled=True)
