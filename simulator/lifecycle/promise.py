"""Promise: what date a new order is given, and what is offered where the customer cannot wait so long."""

import math
from collections.abc import Iterable, Iterator

from simulator.engine.facts import OFFERS
from simulator.engine.orders import Order
from simulator.engine.shelf import Shelf
from simulator.engine.site import SiteWorld
from simulator.lifecycle.rule_views import Entering
from simulator.lifecycle.world import World
from simulator.units import exact


def agree(world: World, order: Order) -> bool:
    """Promise the order a date; False if the customer goes away instead."""
    now, block = world.clock.now, order.block
    time = time_for(world, order, order.lines)
    if time is None:
        return True
    longest = block.longest_wait[order.index] if block.longest_wait is not None else math.inf
    time = exact(time)
    if order.earliest > now:
        notice = exact(order.earliest - now)
        time, longest = max(time, notice), max(longest, notice)
    if time > longest:
        accepted = offer_something_else(world, order, time, longest)
        if accepted is None:
            world.record.declined((now, order.number))
            return False
        time = accepted
    order.due = order.latest = exact(now + time)
    world.record.promised((now, order.number, order.due))
    for hear in world.hooks.promised:
        hear(order)
    return True


def time_for(world: World, order: Order, lines: Iterable[int]) -> float | None:
    """The time promised for some lines of an order, the longest of them; None where nothing is promised."""
    terms, classes = order.terms, world.policy.sku_class
    lines = list(lines)
    if terms.promise_by_class is None:
        return None if terms.promise is None else terms.promise.promised_time(Entering(world, order, lines))
    of_rule: dict[int, list[int]] = {}
    rules = {}
    for line in lines:
        rule = terms.promise_for(classes[order.block.shelves[line].sku])
        if rule is not None:
            rules[id(rule)] = rule
            of_rule.setdefault(id(rule), []).append(line)
    return max((rules[key].promised_time(Entering(world, order, mine)) for key, mine in of_rule.items()), default=None)


def offer_something_else(world: World, order: Order, time: float, longest: float) -> float | None:
    """Make the policy's offers, one after the other: the time to be promised, or None if none is accepted."""
    alternatives, mood = order.terms.alternatives, order.block.mood
    if alternatives is None or mood is None:
        return None
    offers = {"partial": _partial, "item": _item, "site": _site, "date": _date}
    for place, kind in enumerate(OFFERS):
        share = getattr(alternatives, kind)
        if share is None:
            continue
        accepted = mood[order.index] < share
        found = offers[kind](world, order, time, longest, accepted)
        if found is not None:
            world.record.offered((world.clock.now, order.number, place, float(accepted)))
            if accepted:
                return found
    return None


def _in_time(world: World, order: Order, line: int, longest: float) -> bool:
    time = time_for(world, order, [line])
    return time is None or exact(time) <= longest


def _partial(world: World, order: Order, time: float, longest: float, accepted: bool) -> float | None:
    """Some lines can be there in time: they come first, the rest as promised."""
    if not any(_in_time(world, order, line, longest) for line in order.lines):
        return None
    order.partial = order.partial or accepted
    return time


def _item(world: World, order: Order, time: float, longest: float, accepted: bool) -> float | None:
    """Every line that would be late has a substitute in stock, and so the order is in time."""
    site, policy, lines, before = order.terms.site, world.policy, order.lines, order.swaps
    swaps: dict[int, int] = {}
    taken: dict[Shelf, float] = {}
    for line in lines:
        if _in_time(world, order, line, longest):
            continue
        mine = [sku for sku, _ in policy.substitutes[order.block.shelves[line].sku]]
        sku = next((sku for sku in mine if _in_stock(world, order, line, site.shelves[sku], taken)), None)
        if sku is None:
            return None
        swaps[line] = sku
    order.swaps = {**(before or {}), **swaps}
    found = time_for(world, order, lines)
    possible = found is not None and found <= longest
    if not (possible and accepted):
        order.swaps = before
    return found if possible else None


def _in_stock(world: World, order: Order, line: int, shelf: Shelf, taken: dict[Shelf, float]) -> bool:
    """Whether a shelf has what a line wants, beyond what is promised to others and `taken` for other lines."""
    wanted, units = order.block.shelves[line].sku, order.block.units[line]
    free = world.policy.free(shelf, order.terms.of(world.policy.sku_class[wanted]))
    there = shelf.exact(free - shelf.committed - taken.get(shelf, 0.0)) >= units
    if there:
        taken[shelf] = taken.get(shelf, 0.0) + units
    return there


def _site(world: World, order: Order, time: float, longest: float, accepted: bool) -> float | None:
    """A sibling site has everything, and can deliver in time."""
    home, moved, lines = order.terms, order.moved, order.lines
    for site, _ in home.site.siblings:
        order.terms, order.moved = world.policy.elsewhere(home, site), True
        taken: dict[Shelf, float] = {}
        in_stock = all(_in_stock(world, order, line, order.shelf(line), taken) for line in lines)
        found = time_for(world, order, lines) if in_stock else None
        order.terms, order.moved = home, moved
        if found is not None and found <= longest:
            if accepted:
                move(world, order, site)
            return found
    return None


def _date(world: World, order: Order, time: float, longest: float, accepted: bool) -> float | None:
    """The later date after all."""
    return time


def move(world: World, order: Order, site: SiteWorld) -> None:
    """Another site serves the order from now on."""
    planned = order.block.work_at
    order.terms, order.moved = world.policy.elsewhere(order.terms, site), True
    if planned is not None and site.index in planned:
        order.work = planned[site.index][order.index]
    else:
        order.work = order.terms.fresh_work(order.last - order.first)
    world.record.sourced((order.number, site.index))


def commit(order: Order) -> None:
    """Count the order's units as promised until they are allocated."""
    order.committed = True
    for shelf, units in _spoken_for(order):
        shelf.commit(units)


def uncommit(order: Order) -> None:
    """The order comes to the shelf, or ends before: its units are no longer just promised."""
    order.committed = False
    for shelf, units in _spoken_for(order):
        shelf.commit(-units)


def _spoken_for(order: Order) -> Iterator[tuple[Shelf, float]]:
    """The shelves that an order will come to, and for how much."""
    swaps = order.swaps or {}
    for line in order.lines:
        instead = swaps.get(line)
        shelf = order.shelf(line) if instead is None else order.terms.site.shelves[instead]
        yield shelf, order.block.units[line]
