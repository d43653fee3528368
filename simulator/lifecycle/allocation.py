"""Allocation: every line of an order asks its shelf for stock."""

from itertools import islice

import numpy as np

from simulator.engine.facts import Allocated, Delivered
from simulator.engine.ledger import Columns
from simulator.engine.orders import Block, Order
from simulator.engine.shelf import Shelf
from simulator.lifecycle.promise import come_for
from simulator.lifecycle.replenishment import reorder
from simulator.lifecycle.shortage import fall_short, swap
from simulator.lifecycle.world import World

MANY = 16
"""From so many facts on it is cheaper to write them as columns than one by one."""


def allocate(world: World, order: Order) -> None:
    """Take every line of an order from its shelf; what is short goes its own way."""
    block, now, record = order.block, world.clock.now, world.record.allocated
    terms, wanted, number = order.terms, block.units, block.line
    shelves, moved, reserved, swaps = block.shelves, order.moved, order.reserved, order.swaps
    shipment = order.shipment = next(world.shipments)
    if block.followed and order.index in block.followed:
        order.pieces = []
    if order.promises:
        come_for(order)
    for line in range(order.first, order.last):
        shelf, units = shelves[line], wanted[line]
        if moved:
            shelf = order.shelf(line)
        if reserved is not None and line in reserved:
            units = shelf.exact(units - take_reserved(world, order, line, shelf))
            if not units:
                continue
        if swaps is not None and line in swaps:
            instead = swaps[line]
            if instead is None or swap(world, order, line, units, instead):
                continue
        if units <= shelf.on_hand and not shelf.waiting and not terms.rationed:
            low = shelf.take(units)
            record((now, number + line, units, shipment))
            order.taken += 1
            if order.pieces is not None:
                order.pieces.append((line, units))
            if low:
                reorder(world, shelf)
        else:
            fall_short(world, order, line, shelf, units)
    order.idle = bool(order.short) and (order.held or not order.taken)
    if world.hooks.allocated:
        for hear in world.hooks.allocated:
            hear(order)


def take_reserved(world: World, order: Order, line: int, shelf: Shelf) -> float:
    """Take what was set aside for a line before; how many units that is."""
    assert order.reserved is not None
    units = order.reserved[line]
    shelf.take_reserved(units)
    world.record.allocated((world.clock.now, order.block.line + line, units, order.shipment))
    order.taken += 1
    if order.pieces is not None:
        order.pieces.append((line, units))
    return units


def sell_in_passing(world: World, block: Block, index: int) -> int:
    """Sell one order after the other, from `index` on, until something else is due or an order needs a life of its own.

    It is what `allocate` and `deliver` do, in one go, for the one kind of order that needs no event: it has one line,
    the site has no stages, nothing is short and nobody follows its goods. The place of the first order not sold.
    """
    clock, times, followed, first = world.clock, block.times, block.followed, index
    until = clock.next_event
    assert block.sales is not None
    for shelf, units in block.sales:
        if units > shelf.on_hand or shelf.waiting or times[index] >= until or index in followed:
            break
        index += 1
        if shelf.take(units):
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
