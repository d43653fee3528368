"""Promise: what date a new order is given, and what is offered where the customer cannot wait so long."""

import math
from collections.abc import Iterable

from simulator.ledger.facts import OFFERS
from simulator.world.orders import Order
from simulator.world.outlook import Entering
from simulator.world.sites import SiteWorld
from simulator.world.world import World


def agree(world: World, order: Order) -> bool:
    """Promise the order a date; False if the customer goes away instead."""
    now, block = world.clock._now, order.block
    time = time_for(world, order, order.lines)
    if time is None:
        return True
    longest = block.longest_wait[order.index] if block.longest_wait is not None else math.inf
    if (release := release_time(world, order)) > now:
        assert world.scenario.service.reservation is not None
        wanted = release + world.scenario.service.reservation.release - now
        time, longest = max(time, wanted), max(longest, wanted)
    if time > longest:
        accepted = offer_something_else(world, order, time, longest)
        if accepted is None:
            world.record.declined((now, order.number))
            return False
        time = accepted
    order.due = order.latest = now + time
    world.record.promised((now, order.number, order.due))
    if order.terms.site.desk:
        commit(order)
    return True


def release_time(world: World, order: Order) -> float:
    """When an order is given to the warehouse: at once, or so long before the date that its customer asks for."""
    reservation = world.scenario.service.reservation
    requested = order.block.requested[order.index] if order.block.requested else math.nan
    if reservation is None or requested != requested:
        return world.clock._now
    return max(world.clock._now, requested - reservation.release)


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
            world.record.offered((world.clock._now, order.number, place, float(accepted)))
            if accepted:
                return found
    return None


def _in_time(world: World, order: Order, line: int, longest: float) -> bool:
    time = time_for(world, order, [line])
    return time is None or time <= longest


def _partial(world: World, order: Order, time: float, longest: float, accepted: bool) -> float | None:
    """Some lines can be there in time: they come first, the rest as promised."""
    if not any(_in_time(world, order, line, longest) for line in order.lines):
        return None
    order.partial = order.partial or accepted
    return time


def _item(world: World, order: Order, time: float, longest: float, accepted: bool) -> float | None:
    """Every line that would be late has a substitute in stock, and the rest is in time."""
    site, policy, block = order.terms.site, world.policy, order.block
    swaps: dict[int, int] = {}
    taken: dict[int, float] = {}
    for line in order.lines:
        if _in_time(world, order, line, longest):
            continue
        for sku, _ in policy.substitutes[block.shelves[line].sku]:
            shelf = site.shelves[sku]
            if not shelf.waiting and shelf.on_hand - shelf.committed - taken.get(sku, 0.0) >= block.units[line]:
                swaps[line] = sku
                taken[sku] = taken.get(sku, 0.0) + block.units[line]
                break
        else:
            return None
    rest = time_for(world, order, [line for line in order.lines if line not in swaps])
    if rest is None or rest > longest:
        return None
    if accepted:
        order.swaps = {**(order.swaps or {}), **swaps}
    return rest


def _site(world: World, order: Order, time: float, longest: float, accepted: bool) -> float | None:
    """A sibling site has everything, and can deliver in time."""
    home, moved, lines = order.terms, order.moved, order.lines
    for site, _ in home.site.siblings:
        order.terms, order.moved = world.policy.elsewhere(home, site), True
        in_stock = all(
            not (shelf := order.shelf(line)).waiting and shelf.on_hand - shelf.committed >= order.block.units[line]
            for line in lines
        )
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
    for line in range(order.first, order.last):
        if order.swaps is None or line not in order.swaps:
            order.shelf(line).committed += order.block.units[line]


def uncommit(order: Order) -> None:
    """The order comes to the shelf, or ends before: its units are no longer just promised."""
    order.committed = False
    for line in range(order.first, order.last):
        if order.swaps is None or line not in order.swaps:
            order.shelf(line).committed -= order.block.units[line]
