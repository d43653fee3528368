"""Shortage: a line that stock cannot meet at once waits, is lost, or is given up."""

from typing import Any

from simulator.flows.source import reorder
from simulator.world.clock import WORK
from simulator.world.orders import Order
from simulator.world.stock import Shelf, Waiting
from simulator.world.world import World


def fall_short(world: World, order: Order, line: int, shelf: Shelf, units: float) -> None:
    """Ship what there is of the line if the policy allows; the rest waits or is lost."""
    now, block = world.clock._now, order.block
    number = block.line + line
    some = 0.0
    if order.terms.ship == "units" and not shelf.waiting and shelf.on_hand > 0:
        some = shelf.on_hand
        shelf.on_hand = 0.0
        shelf.position -= some
        world.record.allocated((now, number, some, order.shipment))
        order.taken += 1
        if order.pieces is not None:
            order.pieces.append((line, some))
    patience = block.patience[line] if block.patience is not None else None
    if not order.terms.waits or (patience is not None and patience < 0):
        world.record.lost((now, number, units - some))
    else:
        wait(world, order, line, shelf, units - some, patience)
    if shelf.position <= shelf.reorder_at:
        reorder(world, shelf)


def wait(world: World, order: Order, line: int, shelf: Shelf, units: float, patience: float | None) -> None:
    """The rest of the line is backordered; a customer whose patience is limited will give it up."""
    world.record.backordered((world.clock._now, order.block.line + line, units))
    waiting = Waiting(order, line, units)
    shelf.position -= units
    shelf.backordered += units
    shelf.waiting.append(waiting)
    order.short += 1
    if patience is not None and patience < float("inf"):
        deadline = world.clock.event()
        deadline._ok, deadline._value = True, (world, shelf, waiting)
        deadline.callbacks = [_give_up]
        world.clock.at(deadline, world.clock._now + patience, WORK)


def _give_up(deadline: Any) -> None:
    world, shelf, waiting = deadline._value
    if waiting.units:
        give_up(world, shelf, waiting)


def give_up(world: World, shelf: Shelf, waiting: Waiting) -> None:
    """The customer cancels what still waits; its place in the queue is dropped when its turn comes."""
    from simulator.flows.fulfill import go_on, serve_waiting

    order = waiting.order
    world.record.cancelled((world.clock._now, order.block.line + waiting.line, waiting.units))
    shelf.position += waiting.units
    shelf.backordered -= waiting.units
    waiting.units = 0.0
    order.short -= 1
    serve_waiting(world, shelf)
    if order.idle:
        go_on(order)
    if shelf.rule is not None:
        reorder(world, shelf)
