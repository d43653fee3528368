"""Reservations: orders whose customers want them later wait for their release, with or without goods set aside."""

from collections.abc import Callable
from functools import partial

import numpy as np

from simulator.engine.clock import RESUME, WORK, Life
from simulator.engine.orders import Order
from simulator.engine.promised import settle
from simulator.lifecycle.backorders import serve_waiting
from simulator.lifecycle.customer_draws import NewOrders
from simulator.lifecycle.customer_segment import CustomerSegment
from simulator.lifecycle.entry import pass_on
from simulator.lifecycle.promise import commit, uncommit
from simulator.lifecycle.replenishment import reorder
from simulator.lifecycle.shortage import free_for
from simulator.lifecycle.world import World
from simulator.scenario.service import Reservation
from simulator.units import exact

NAME = "reservations"


def draw(segment: CustomerSegment) -> Callable[[NewOrders], list[float]]:
    """By order, between 0 and 1: whether and when a customer who ordered for later cancels before the release.

    Nobody is promised goods before they are wanted.
    """
    reservation, later = segment.scenario.service.reservation, segment.requests
    assert reservation is not None

    def withdrawal(new: NewOrders) -> list[float]:
        waits = exact(new.requested - reservation.release) > new.bulk.at
        new.promised = np.where(waits, np.maximum(new.promised, new.requested), new.promised)
        new.alive = new.alive or later
        if not (later and reservation.cancelled):
            return []
        chances: list[float] = segment.streams_kept("withdrawal").random(len(new.bulk.at)).tolist()
        return chances

    return withdrawal


def start(world: World) -> None:
    """From now on, orders for later are kept back until their release."""
    reservation = world.scenario.service.reservation
    assert reservation is not None
    world.hooks.arriving.append(partial(promise_no_earlier, world, reservation))
    world.hooks.accepted.append(partial(keep_back, world, reservation))


def release_time(world: World, reservation: Reservation, order: Order) -> float:
    """When an order is given to the warehouse: at once, or so long before the date that its customer asks for."""
    requested = order.block.requested
    if not requested or requested[order.index] != requested[order.index]:
        return world.clock.now
    return max(world.clock.now, exact(requested[order.index] - reservation.release))


def promise_no_earlier(world: World, reservation: Reservation, order: Order) -> None:
    """A new order for later is promised nothing for before its date."""
    release = release_time(world, reservation, order)
    if release > world.clock.now:
        order.earliest, order.comes = exact(release + reservation.release), release


def keep_back(world: World, reservation: Reservation, order: Order) -> bool:
    """Whether an order is for later, and waits for its release."""
    release = release_time(world, reservation, order)
    if release <= world.clock.now:
        return False
    order.start(wait_for_release(world, reservation, order, release))
    return True


def wait_for_release(world: World, reservation: Reservation, order: Order, release: float) -> Life:
    """The order waits, and its customer may cancel it meanwhile; then it goes the way of the others."""
    now = world.clock.now
    if reservation.allocate == "hard":
        if not any(each.held for each in order.promises or ()):
            uncommit(world, order)
        set_aside(world, order)
    elif not order.promises:
        commit(world, order)
    chances = order.block.drawn[NAME]
    chance = chances[order.index] if chances else 1.0
    withdrawn = chance < reservation.cancelled
    order.callbacks = RESUME
    leaves = exact(now + (release - now) * chance / reservation.cancelled) if withdrawn else release
    world.clock.at(order, leaves, WORK)
    yield
    if withdrawn:
        withdraw(world, order)
        return
    world.record.released((world.clock.now, order.number))
    pass_on(world, order)


def set_aside(world: World, order: Order) -> None:
    """Put aside what is there for each line and not kept from it; lines that ship only whole are set aside whole."""
    order.reserved = {}
    for line in range(order.first, order.last):
        shelf, wanted = order.shelf(line), order.block.units[line]
        if order.swaps is not None and line in order.swaps:
            continue
        terms = order.terms.of(world.policy.sku_class[shelf.sku])
        rank = world.policy.rank(order, line, shelf, wanted, terms)
        free = free_for(world, order, line, shelf, wanted, terms, rank)
        units = wanted if wanted <= free else free if terms.ship == "units" else 0.0
        if units:
            order.reserved[line] = units
            settle(order, line, units)
            low = shelf.reserve(units)
            world.record.set_aside((world.clock.now, order.block.line + line, units))
            if low:
                reorder(world, shelf)


def withdraw(world: World, order: Order) -> None:
    """The customer cancels before release: what was set aside or promised is free for others."""
    world.record.withdrawn((world.clock.now, order.number))
    if order.promises:
        uncommit(world, order)
    for line, units in (order.reserved or {}).items():
        shelf = order.shelf(line)
        shelf.unreserve(units)
        serve_waiting(world, shelf)
    for hear in world.hooks.ended:
        hear(order, True)
