"""Order: arrival and entry, and the life of an order from the desk to delivery."""

from simulator.engine.clock import DEMAND, Life, Process
from simulator.engine.gathering import LeftTheDesk
from simulator.engine.orders import Order
from simulator.engine.world import World
from simulator.lifecycle.demand import Source
from simulator.lifecycle.fulfilment import allocate, complete, deliver, hand_out, sell_over_the_counter, speed_up
from simulator.lifecycle.promise import agree, commit, release_time, uncommit
from simulator.mechanisms.channels.play import accept, take_in
from simulator.mechanisms.contracts.play import order_ended, order_entered
from simulator.mechanisms.reservations.play import wait_for_release


def arrivals(world: World, source: Source, clerk: Process) -> Life:
    """The orders of one segment come in, one after the other."""
    skip_to = world.clock.skip_to
    clerk.until(0.0, DEMAND)
    yield
    for bulk in source.bulks():
        world.ledger.flush()
        if len(world.policy.reviews) and not skip_to(first := float(bulk.at[0])):
            clerk.until(first, DEMAND)  # the classes of now decide
            yield
        block, index = source.block(bulk), 0
        while True:
            if block.sales is not None:
                index = sell_over_the_counter(world, block, index)
            if index == len(block.times):
                break
            at = block.times[index]
            if not skip_to(at):
                clerk.until(at, DEMAND)
                yield
            enter(world, Order(block, index, block.number + index))
            index += 1


def enter(world: World, order: Order) -> None:
    """A new order: it is promised a date and passes the desk, or goes to the shelf at once where there is none."""
    particular = order.terms.channel is not None
    sold_out = particular and not take_in(world, order)
    if order.terms.negotiated and not sold_out and not agree(world, order):
        return
    if order.block.pledges is not None:
        order_entered(world, order)
    if particular and not accept(world, order):
        return
    if order.block.requested and (release := release_time(world, order)) > world.clock._now:
        order.start(wait_for_release(world, order, release))
    elif order.terms.site.desk:
        if world.policy.commits:
            commit(order)
        order.start(life_at_the_desk(world, order))
    else:
        go_to_the_shelf(world, order)


def life_at_the_desk(world: World, order: Order) -> Life:
    """Entry, verification, credit, scheduling: what comes before stock is allocated."""
    try:
        for stage in order.terms.site.desk:
            if stage.serve(order):
                yield
    except LeftTheDesk as left:
        leave(world, order, left.full)
        return
    go_to_the_shelf(world, order)


def leave(world: World, order: Order, turned_away: bool) -> None:
    """An order that was turned away or withdrawn at the desk ends: what was promised to it is free for others."""
    if order.committed:
        uncommit(order)
    if order.block.pledges is not None:
        order_ended(world, order, cancelled=not turned_away)


def go_to_the_shelf(world: World, order: Order) -> None:
    """Allocate; an order at a site without a dock needs no process, even if it waits for stock."""
    allocate(world, order)
    if order.terms.dock:
        order.start(life_at_the_dock(world, order))
    elif not order.idle:
        hand_out(world, order)


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
        stage.serve(order)
        yield
    deliver(world, order, order)
