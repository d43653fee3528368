"""Backorders: the lines that wait for a shelf get what comes to it, in the order that the allocation rule gave them."""

import math

from simulator.engine.orders import Order, Shipment
from simulator.engine.promised import entitled, settle
from simulator.engine.shelf import Shelf, Waiting
from simulator.lifecycle.fulfilment import hand_out, life_of_shipment
from simulator.lifecycle.world import World


def serve_waiting(world: World, shelf: Shelf) -> None:
    """The lines that wait for a shelf, one after the other as far as the stock goes, or all with a part of it."""
    policy, queue = world.policy, shelf.waiting
    if shelf.held:
        serve_promised(world, shelf)
    if policy.allocation.shares_out and queue and shelf.on_hand > 0:
        _share_out(world, shelf)
    if policy.channels.protects or shelf.held:
        serve_protected(world, shelf)
        return
    while queue:
        first = queue[0]
        if first.units:
            free = shelf.free(policy.kept(shelf, first.terms))
            if free <= 0 or (free < first.units and first.terms.ship != "units"):
                break
            give(world, shelf, first, min(first.units, free))
        if not first.units:
            queue.popleft()


def serve_promised(world: World, shelf: Shelf) -> None:
    """The lines that were promised what is there, by the dates of their promises."""
    for promise in list(shelf.promised):
        waiting = promise.waiting
        if waiting is None or promise.settled:
            continue
        mine = waiting.order.promised(waiting.line, shelf)
        units, room = entitled(shelf, world.clock.now, mine)
        if units <= 0 and room <= 0:
            break  # nor is there anything for later dates
        due = sum(each.units for each in mine if each.due <= world.clock.now)  # nothing is kept from what is due
        units = min(units, max(due, shelf.on_hand - world.policy.kept(shelf, waiting.terms)))
        if units >= waiting.units or (units > 0 and (waiting.terms.ship == "units" or waiting.order.partial)):
            give(world, shelf, waiting, min(units, waiting.units))
    shelf.drop_served()


def serve_protected(world: World, shelf: Shelf) -> None:
    """The same where stock is kept for channels: who may not touch what is left does not stand in others' way."""
    bar = math.inf
    for waiting in list(shelf.waiting):
        if waiting.units and shelf.on_hand > 0 and not waiting.promised:
            kept = world.policy.kept(shelf, waiting.terms)
            free = shelf.exact(min(shelf.free(kept, units=waiting.units, joins=False), bar - kept))
            if free >= waiting.units or (free > 0 and waiting.terms.ship == "units"):
                give(world, shelf, waiting, min(waiting.units, free))
            if waiting.units:
                bar = min(bar, kept)
    shelf.drop_served()


def _share_out(world: World, shelf: Shelf) -> None:
    """Give each line that waits its share; a line that ships only whole takes it only if it is all."""
    lines = [waiting for waiting in shelf.waiting if waiting.units and not waiting.promised]
    kept = max((world.policy.kept(shelf, waiting.terms) for waiting in lines), default=0.0)
    free = shelf.free(kept, joins=False)
    if not free:
        return
    step = shelf.step
    shares = world.policy.allocation.shares(step.count(free), [step.count(waiting.units) for waiting in lines])
    for waiting, count in zip(lines, shares, strict=True):
        units = step.of(round(count))
        if units >= waiting.units or (units > 0 and waiting.terms.ship == "units"):
            give(world, shelf, waiting, min(units, waiting.units))


def give(world: World, shelf: Shelf, waiting: Waiting, units: float) -> None:
    """Take units from the shelf for a line that waits."""
    shelf.give(waiting, units)
    if waiting.order.promises:
        settle(waiting.order, waiting.line, units)
    release(world, waiting, units)


def release(world: World, waiting: Waiting, units: float) -> None:
    """Units for a line that waited: they leave with the order if it still waits itself, else on their own."""
    order, now = waiting.order, world.clock.now
    if not waiting.units:
        order.short -= 1
    if order.idle:
        world.record.allocated((now, order.block.line + waiting.line, units, order.shipment))
        order.taken += 1
        if order.pieces is not None:
            order.pieces.append((waiting.line, units))
        go_on(world, order)
        return
    order.open += 1
    shipment = Shipment(world.clock)
    shipment.shipment = next(world.shipments)
    shipment.number, shipment.terms = order.number, order.terms
    shipment.pieces = [(waiting.line, units)] if order.pieces is not None else None
    world.record.allocated((now, order.block.line + waiting.line, units, shipment.shipment))
    shipment.start(life_of_shipment(world, order, shipment))


def go_on(world: World, order: Order) -> None:
    """An order that waits for stock goes on when it may ship; one with nothing left to ship ends."""
    if order.short and (order.held or not order.taken):
        return
    order.idle = False
    if order.terms.dock:
        order.resume()
    else:
        hand_out(world, order)
