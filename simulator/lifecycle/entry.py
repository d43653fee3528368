"""Entry: orders come in, are promised a date, pass the desk, and go to the shelf."""

from simulator.engine.clock import DEMAND, RESUME, Life, Process
from simulator.engine.gathering import LeftTheDesk
from simulator.engine.orders import Order
from simulator.lifecycle.allocation import allocate, sell_in_passing
from simulator.lifecycle.customer_segment import CustomerSegment
from simulator.lifecycle.fulfilment import hand_out, life_at_the_dock, tell_settled
from simulator.lifecycle.promise import agree, commit, uncommit
from simulator.lifecycle.world import World


def start_demand(world: World) -> None:
    """Let the orders of every segment come."""
    for segment in world.segments:
        clerk = Process(world.clock)
        clerk.start(arrivals(world, segment, clerk))


def go_on_with_demand(world: World, until: float) -> None:
    """Let orders come after the horizon as well, up to a time."""
    for segment in world.segments:
        clerk = Process(world.clock)
        clerk.start(arrivals(world, segment, clerk, until))


def arrivals(world: World, segment: CustomerSegment, clerk: Process, until: float | None = None) -> Life:
    """The orders of one segment come in, one after the other; with `until`, those after the horizon."""
    skip_to, schedule = world.clock.skip_to, world.clock.at
    clerk.until(0.0 if until is None else world.scenario.run.horizon, DEMAND)
    yield
    for bulk in segment.bulks(until):
        world.ledger.flush()
        if len(world.policy.reviews) and not skip_to(first := float(bulk.at[0])):
            clerk.until(first, DEMAND)  # today's classes decide
            yield
        block, index = segment.block(bulk), 0
        while True:
            if block.sales is not None:
                index = sell_in_passing(world, block, index)
            if index == len(block.times):
                break
            at = block.times[index]
            if not skip_to(at):
                clerk.callbacks = RESUME
                schedule(clerk, at, DEMAND)  # as `until` does; the times of orders are exact already
                yield
            order = Order(block, index, block.number + index)
            if block.undecided is None or comes(world, order):
                enter(world, order)
            index += 1


def comes(world: World, order: Order) -> bool:
    """Whether a customer who needs something comes: then it is written down that he ordered it."""
    if not all(decides(order) for decides in world.hooks.needing):
        return False
    assert order.block.undecided is not None
    placed, lines = order.block.undecided
    world.record.ordered(placed[order.index].tolist())
    world.record.line_ordered(lines[order.first : order.last].ravel().tolist())
    return True


def enter(world: World, order: Order) -> None:
    """A new order is promised a date and passes the desk, or goes to the shelf at once where there is none."""
    hooks = world.hooks
    if hooks.arriving:
        for hear in hooks.arriving:
            hear(order)
    if order.terms.negotiated and order.lines and not agree(world, order):
        tell_settled(world, order)
        return
    if hooks.entered:
        for hear in hooks.entered:
            hear(order)
    if order.swaps is not None and not order.lines:
        tell_settled(world, order)
        return  # all of it is sold out
    if hooks.accepted:
        for takes_over in hooks.accepted:
            if takes_over(order):
                return
    if world.policy.commits and order.terms.site.desk and not order.promises:
        commit(world, order)
    pass_on(world, order)


def pass_on(world: World, order: Order) -> None:
    """An order that was taken on goes to the desk, or to the shelf where there is none."""
    if order.terms.site.desk:
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
    if order.promises:
        uncommit(world, order)
    for hear in world.hooks.ended:
        hear(order, not turned_away)
    tell_settled(world, order)


def go_to_the_shelf(world: World, order: Order) -> None:
    """Every line asks for stock; what is allocated goes through the dock, and where there is none needs no process."""
    allocate(world, order)
    if order.terms.dock:
        order.start(life_at_the_dock(world, order))
    elif not order.idle:
        hand_out(world, order)
