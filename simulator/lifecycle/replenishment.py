"""Replenishment: order from the supplier, or fetch from another site, wait for the goods, receive."""

import math
from collections import defaultdict

from simulator.engine.clock import RECEIPT, REVIEW, WORK, Life, Process
from simulator.engine.shelf import Shelf, Waiting
from simulator.engine.supply import Delivery
from simulator.lifecycle.backorders import give, serve_waiting
from simulator.lifecycle.world import World
from simulator.planning.stock_levels import sized_rule
from simulator.rules.scheduled_receipt import from_start


def order_if_low(world: World, shelf: Shelf) -> None:
    """Ask the shelf's rule if the position has fallen to the reorder point."""
    if shelf.low:
        reorder(world, shelf)


def reorder(world: World, shelf: Shelf) -> None:
    """Ask the shelf's rule and place the order it wants, or take back what is no longer needed."""
    assert shelf.rule is not None and shelf.supply is not None
    units = shelf.rule.order_quantity(shelf)
    if units > 0:
        place_order(world, shelf, shelf.rule.lots(units, shelf.step))
    elif units < 0:
        for delivery in shelf.supply.recall(shelf.number, -units, shelf.step):
            shelf.recall(delivery)
            world.record.recalled((world.clock.now, shelf.number, delivery.units))


def place_order(world: World, shelf: Shelf, units: float) -> None:
    """Order units from the shelf's supplier."""
    assert shelf.supply is not None
    delivery = Delivery(world.clock, shelf.number, units, shelf.supply.planned)
    delivery.start(replenish(world, shelf, delivery))


def resize(world: World, shelf: Shelf) -> None:
    """New numbers for a shelf whose target or planned lead time has changed; if it is now low it orders at once.

    A shelf reviewed by the period waits for its review. Numbers that come out as they were change nothing.
    """
    site, sku = divmod(shelf.number, len(world.scenario.products))
    name = list(world.scenario.products)[sku]
    rule = sized_rule(world.scenario, world.sites[site].name, name, shelf.target, shelf.lead_time)
    if rule == shelf.rule:
        return
    shelf.rule, shelf.reorder_at = rule, rule.asked_at
    order_if_low(world, shelf)


def replenish(world: World, shelf: Shelf, delivery: Delivery) -> Life:
    """One replenishment order, from placing to receipt; where that takes no time and nobody waits it needs no event."""
    assert shelf.supply is not None
    shelf.expect(delivery)
    world.record.replenished((world.clock.now, shelf.number, delivery.units))
    if shelf.waiting or not shelf.supply.at_once:
        shelf.supply.deliver(delivery)
        yield
    world.record.received((world.clock.now, shelf.number, delivery.units, delivery.placed))
    for hear in world.hooks.received:
        hear(shelf, delivery)
    _receive(world, shelf, delivery, None)


def expedite(world: World, waiting: Waiting, shelf: Shelf, units: float, time: float) -> float:
    """Order by emergency supply what a line waits for; the hours until it is here."""
    delivery = Delivery(world.clock, shelf.number, units, time, usual=False)
    delivery.start(hurry(world, waiting, shelf, delivery))
    return time


def hurry(world: World, waiting: Waiting, shelf: Shelf, delivery: Delivery) -> Life:
    """One emergency order: its goods are for the line that waits, if it still does."""
    now, record = world.clock.now, world.record
    shelf.expect(delivery)
    record.replenished((now, shelf.number, delivery.units))
    record.expedited((now, waiting.order.block.line + waiting.line, delivery.units))
    delivery.until(delivery.expected, RECEIPT)
    yield
    record.received((world.clock.now, shelf.number, delivery.units, math.nan))
    _receive(world, shelf, delivery, waiting)


def transship(world: World, waiting: Waiting, shelf: Shelf, units: float, site: str) -> float:
    """Fetch what a line waits for from a sibling site; the hours until it is here."""
    other, time = next((each, time) for each, time in waiting.order.terms.site.siblings if each.name == site)
    delivery = Delivery(world.clock, shelf.number, units, time, usual=False)
    delivery.start(move(world, waiting, shelf, other.shelves[shelf.sku], delivery))
    return time


def move(world: World, waiting: Waiting, shelf: Shelf, origin: Shelf, delivery: Delivery) -> Life:
    """Goods on their way from one site to another, for a line that waits."""
    origin_low = origin.take(delivery.units)
    line = waiting.order.block.line + waiting.line
    world.record.transshipped((world.clock.now, line, origin.number, delivery.units))
    shelf.expect(delivery)
    if origin_low:
        reorder(world, origin)
    delivery.until(delivery.expected, RECEIPT)
    yield
    world.record.transfer_received((world.clock.now, shelf.number, delivery.units))
    _receive(world, shelf, delivery, waiting)


def _receive(world: World, shelf: Shelf, delivery: Delivery, pegged: Waiting | None) -> None:
    """Goods come to the shelf: for the line that they were fetched for, then for the lines that wait."""
    shelf.receive(delivery)
    if pegged is not None and pegged.units:
        units = min(pegged.units, delivery.units)
        if units == pegged.units or pegged.terms.ship == "units":
            give(world, shelf, pegged, units)
    serve_waiting(world, shelf)


def come_as_scheduled(world: World, shelf: Shelf, delivery: Delivery) -> Life:
    """A scheduled receipt: on order when the run begins."""
    shelf.expect(delivery)
    world.record.scheduled((world.clock.now, shelf.number, delivery.units))
    delivery.until(delivery.expected, RECEIPT)
    yield
    world.record.received((world.clock.now, shelf.number, delivery.units, math.nan))
    _receive(world, shelf, delivery, None)


def start_replenishment(world: World) -> None:
    """Begin with what is scheduled, fill up shelves that open below their reorder point, and start the reviews."""
    reviewed: dict[tuple[float, float, bool], list[Shelf]] = defaultdict(list)
    for site in world.sites:
        for shelf in site.shelves:
            rule = shelf.rule
            for receipt in rule.receipts if rule is not None else ():
                time = from_start(receipt.at, world.scenario.run.start)
                delivery = Delivery(world.clock, shelf.number, receipt.units, time, usual=False)
                delivery.placed = -math.inf  # before the run
                delivery.start(come_as_scheduled(world, shelf, delivery))
            if rule is not None and rule.review > 0:
                reviewed[rule.first_review, rule.review, rule.reviews_before_demand].append(shelf)
            elif rule is not None:
                order_if_low(world, shelf)
    for (first, every, early), shelves in reviewed.items():
        clerk = Process(world.clock)
        clerk.start(review(world, shelves, clerk, first, every, early))


def review(world: World, shelves: list[Shelf], clerk: Process, first: float, every: float, early: bool) -> Life:
    """Look at some shelves every so often; `early` is before the demand of the same instant."""
    count = 0
    while True:
        clerk.until(first + count * every, WORK if early else REVIEW)
        yield
        for shelf in shelves:
            reorder(world, shelf)
        count += 1
