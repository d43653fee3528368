"""Promise: what date a new order is given, and what is offered where the customer cannot wait so long."""

import math
from collections.abc import Iterable, Iterator

from simulator.engine.facts import OFFERS
from simulator.engine.orders import Order
from simulator.engine.promised import Commitment, available
from simulator.engine.shelf import Shelf
from simulator.engine.site import SiteWorld
from simulator.lifecycle.backorders import serve_waiting
from simulator.lifecycle.rule_views import Entering, Plan
from simulator.lifecycle.world import World
from simulator.rules.promising import PromiseRule
from simulator.units import exact


def agree(world: World, order: Order) -> bool:
    """Promise the order a date; False if the customer goes away instead."""
    now, block, plan = world.clock.now, order.block, Plan()
    time = time_for(world, order, order.lines, plan)
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
        plan.clear()
        time_for(world, order, order.lines, plan)  # as it was agreed
    if plan:
        commit(world, order, plan)
    if time == math.inf:
        return True  # no receipt is known that could be promised
    order.due = order.latest = exact(now + time)
    world.record.promised((now, order.number, order.due))
    for hear in world.hooks.promised:
        hear(order)
    return True


def time_for(world: World, order: Order, lines: Iterable[int], plan: Plan | None = None) -> float | None:
    """The time promised for some lines of an order, the longest of them; None where nothing is promised.

    What a rule holds for them is put into the plan.
    """
    terms, classes = order.terms, world.policy.sku_class
    lines = list(lines)
    if terms.promise_by_class is None:
        return None if terms.promise is None else _asked(terms.promise, world, order, lines, plan)
    of_rule: dict[int, list[int]] = {}
    rules = {}
    for line in lines:
        rule = terms.promise_for(classes[order.block.shelves[line].sku])
        if rule is not None:
            rules[id(rule)] = rule
            of_rule.setdefault(id(rule), []).append(line)
    return max((_asked(rules[key], world, order, mine, plan) for key, mine in of_rule.items()), default=None)


def _asked(rule: PromiseRule, world: World, order: Order, lines: list[int], plan: Plan | None) -> float:
    entering = Entering(world, order, lines)
    time = rule.promised_time(entering)
    if rule.holds and plan is not None:
        plan.update(entering.plan)
    return time


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
    """Some lines, or units of them, can be there in time: they come first, the rest as promised."""
    if time == math.inf or not any(_partly_in_time(world, order, line, longest) for line in order.lines):
        return None
    order.partial = order.partial or accepted
    order.split = order.split or accepted
    return time


def _partly_in_time(world: World, order: Order, line: int, longest: float) -> bool:
    """Whether some units of a line can be had in time: those that are there first are asked for alone."""
    if _in_time(world, order, line, longest):
        return True
    rule = order.terms.promise_for(world.policy.sku_class[order.block.shelves[line].sku])
    if rule is None:
        return False
    entering = Entering(world, order, [line])
    rule.promised_time(entering)
    entering.only_first = True
    return exact(rule.promised_time(entering)) <= longest


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
    wanted, units = order.block.shelves[line].sku, order.block.units[line] + taken.get(shelf, 0.0)
    comes = max(world.clock.now, order.comes)
    kept = world.policy.kept(shelf, order.terms.of(world.policy.sku_class[wanted]))
    there = available(shelf, world.clock.now, [units], comes, kept)[-1][0] <= comes
    if there:
        taken[shelf] = units
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


def commit(world: World, order: Order, plan: Plan | None = None) -> None:
    """Count the order's units as promised until they are given; what is planned for a date is held for it."""
    now, number = world.clock.now, order.block.line
    begins = max(now, order.comes)
    comes = order.terms.site.at_the_shelf(begins, order.last - order.first)
    order.promises = order.promises or []
    if world.policy.asks_capacity:
        order.terms.site.pending.add(order)
    for line, shelf, units in _spoken_for(order):
        if shelf.rule is None:
            continue
        held = plan is not None and line in plan
        dates = plan[line] if plan is not None and line in plan else [(begins, units)]
        for ready, part in dates if order.split else [(dates[-1][0], units)]:
            some = shelf.exact(part)
            due = exact(ready + comes - begins)  # the promise allows for the work at the desk
            if due < math.inf:
                promise = Commitment(order, line, shelf, some, due, comes, held)
                shelf.commit(promise)
                order.promises.append(promise)
                if held:
                    world.record.committed((now, number + line, shelf.number, some, due))


def uncommit(world: World, order: Order) -> None:
    """The order ends, or is served otherwise: what was held for it is free for those who wait."""
    promises, order.promises = order.promises or [], None
    for each in promises:
        each.shelf.settle(each, each.units)
    for shelf in {each.shelf.number: each.shelf for each in promises if each.held}.values():
        serve_waiting(world, shelf)


def come_for(order: Order) -> None:
    """The order comes to the shelf for what it was promised; what was only counted is no longer just promised."""
    for each in order.promises or ():
        if each.held:
            each.shelf.come_for(each)
        else:
            each.shelf.settle(each, each.units)
    order.promises = [each for each in order.promises or () if each.held]


def _spoken_for(order: Order) -> Iterator[tuple[int, Shelf, float]]:
    """The lines of an order with the shelves that they will come to, and for how much."""
    swaps = order.swaps or {}
    for line in order.lines:
        instead = swaps.get(line)
        shelf = order.shelf(line) if instead is None else order.terms.site.shelves[instead]
        yield line, shelf, order.block.units[line]
