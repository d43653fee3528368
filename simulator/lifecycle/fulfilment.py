"""Fulfill: allocate stock to lines, ship and deliver."""

from itertools import islice

import numpy as np

from simulator.engine.clock import Life
from simulator.engine.facts import Allocated, Delivered
from simulator.engine.ledger import Columns
from simulator.engine.orders import Block, Order, Shipment
from simulator.engine.shelf import Shelf
from simulator.engine.world import World
from simulator.lifecycle.promise import uncommit
from simulator.lifecycle.replenishment import reorder
from simulator.lifecycle.shortage import fall_short, swap
from simulator.mechanisms.collection.play import keep_for_customer
from simulator.mechanisms.contracts.play import shipment_delivered, stock_asked
from simulator.mechanisms.entry_errors.play import goes_astray, surface
from simulator.mechanisms.returns.play import start_return

MANY = 16
"""From so many facts on it is cheaper to write them as columns than one by one."""


def allocate(world: World, order: Order) -> None:
    """Take every line of an order from its shelf; what is short goes its own way."""
    block, now, record = order.block, world.clock._now, world.record.allocated
    terms, wanted, number = order.terms, block.units, block.line
    shelves, moved, reserved, swaps = block.shelves, order.moved, order.reserved, order.swaps
    shipment = order.shipment = next(world.shipments)
    if block.returns or block.mistakes or block.pledges is not None or block.comes is not None:
        order.pieces = _asked_for(order)
    if order.committed:
        uncommit(order)
    for line in range(order.first, order.last):
        shelf, units = shelves[line], wanted[line]
        if moved:
            shelf = order.shelf(line)
        if reserved is not None and line in reserved:
            units -= take_set_aside(world, order, line, shelf)
            if not units:
                continue
        if swaps is not None and line in swaps:
            instead = swaps[line]
            if instead is None or swap(world, order, line, units, instead):
                continue
        if units <= shelf.on_hand and not shelf.waiting and not terms.rationed:
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
    order.idle = bool(order.short) and (order.held or not order.taken)
    if block.pledges is not None:
        stock_asked(world, order)


def take_set_aside(world: World, order: Order, line: int, shelf: Shelf) -> float:
    """Take what was set aside for a line at order entry; how many units that is."""
    assert order.reserved is not None
    units = order.reserved[line]
    shelf.reserved -= units
    world.record.allocated((world.clock._now, order.block.line + line, units, order.shipment))
    order.taken += 1
    if order.pieces is not None:
        order.pieces.append((line, units))
    return units


def sell_over_the_counter(world: World, block: Block, index: int) -> int:
    """Sell one order after the other, from `index` on, until something else is due or an order needs a life of its own.

    It is what `allocate` and `deliver` do, in one go, for the one kind of order that needs no event: it has one line,
    the site has no stages, nothing is short and nothing will come back. The place of the first order not sold.
    """
    clock, times, returns, first = world.clock, block.times, block.returns, index
    until = clock.next_event
    assert block.sales is not None
    for shelf, units in block.sales:
        if units > shelf.on_hand or shelf.waiting or times[index] >= until or index in returns:
            break
        shelf.on_hand -= units
        shelf.position = position = shelf.position - units
        index += 1
        if position <= shelf.reorder_at:
            clock.skip_to(times[index - 1])
            reorder(world, shelf)
            until = clock.next_event
    if index > first:
        _record_sales(world, block, first, index)
    return index


def _record_sales(world: World, block: Block, first: int, last: int) -> None:
    """Write down that one-line orders in a row were allocated and delivered at once: many of them by column."""
    size = last - first
    if size < MANY:
        for place in range(first, last):
            at, shipment = block.times[place], next(world.shipments)
            world.record.allocated((at, block.line + place, block.units[place], shipment))
            world.record.delivered((at, block.number + place, shipment))
        return
    places = np.arange(first, last)
    sold: Columns = {
        "at": np.array(block.times[first:last]),
        "order": block.number + places,
        "line": block.line + places,
        "units": np.array(block.units[first:last]),
        "shipment": np.fromiter(islice(world.shipments, size), np.int64, size),
    }
    world.ledger.append(Allocated, sold)
    world.ledger.append(Delivered, sold)


def _asked_for(order: Order) -> list[tuple[int, float]] | None:
    """A list for what is on board, if any line of the order will come back, something was entered wrongly, an
    agreement covers it, or it may not be collected."""
    returns, wrong, pledges = order.block.returns, order.first in order.block.mistakes, order.block.pledges
    if wrong or order.terms.collected or (pledges is not None and order.number in pledges):
        return []
    return [] if any(line in returns for line in range(order.first, order.last)) else None


def hand_out(world: World, order: Order) -> None:
    """An order at a site without a dock reaches the customer at once; one of which nothing is left ends."""
    if order.taken:
        deliver(world, order, order)
    else:
        complete(world, order)


def life_of_shipment(world: World, order: Order, shipment: Shipment) -> Life:
    """What followed later: the dock and the customer."""
    dock = order.terms.dock
    if dock:
        shipment.work = order.terms.fresh_work(1)
        speed_up(world, order, shipment)
    for stage in dock:
        stage.serve(shipment)
        yield
    deliver(world, order, shipment)


def speed_up(world: World, order: Order, shipment: Shipment) -> None:
    """Send a shipment by the faster transit if it would be late otherwise, as planned: who can know better?"""
    express, site = order.terms.express, order.terms.site
    if express is None or site.transit is None or order.due != order.due:
        return
    now = world.clock._now
    late = order.terms.planned(now, 1, desk=False) > order.due + express.if_late_by
    if late and express.time < site.transit_time:
        shipment.work[site.transit] = express.time
        world.record.shipped_express((now, order.number, shipment.shipment))


def deliver(world: World, order: Order, shipment: Shipment) -> None:
    """The goods reach the customer, or are ready to be collected."""
    block = order.block
    if block.mistakes and not order.terms.collected and goes_astray(world, order, shipment):
        return
    world.record.delivered((world.clock._now, order.number, shipment.shipment))
    if block.comes is not None and order.terms.collected:
        keep_for_customer(world, order, shipment)
    elif shipment.pieces or block.mistakes:
        hand_over(world, order, shipment)
    order.open -= 1
    if world.cycles.asked and not order.open and not order.short:
        complete(world, order)


def hand_over(world: World, order: Order, shipment: Shipment) -> None:
    """The customer has the goods: some are wrong, and some will come back."""
    block = order.block
    if block.mistakes:
        surface(world, order, shipment)
    if block.pledges is not None:
        shipment_delivered(world, order, shipment)
    for line, units in shipment.pieces or ():
        if line in block.returns:
            start_return(world, order, line, units)


def complete(world: World, order: Order) -> None:
    """Nothing of the order is owed any more; if anything was delivered, the company's record has one order more."""
    if world.cycles.asked and order.taken:
        world.cycles.add(world.clock._now - order.at, **order.labels)
