"""Shortage: what stock cannot meet at once waits, is replaced, fetched, or lost, as the policy says."""

import math
from typing import Any

from simulator.engine.orders import Order
from simulator.engine.promised import entitled, settle
from simulator.engine.shelf import Shelf, Waiting
from simulator.engine.terms import LineTerms
from simulator.lifecycle.backorders import go_on, serve_waiting
from simulator.lifecycle.fulfilment import tell_settled
from simulator.lifecycle.replenishment import expedite, order_if_low, place_order, reorder, transship
from simulator.lifecycle.rule_views import Short
from simulator.lifecycle.world import World
from simulator.rules import views
from simulator.units import exact

DAY = 24.0


def fall_short(world: World, order: Order, line: int, shelf: Shelf, units: float) -> None:
    """Ship what there is for the line if the policy allows; for the rest do as the policy says."""
    policy, terms = world.policy, order.terms.of(world.policy.sku_class[shelf.sku])
    rank = policy.rank(order, line, shelf, units, terms) if policy.ranks else 0.0
    free = free_for(world, order, line, shelf, units, terms, rank)
    if free < units and shelf.supply is not None and shelf.supply.at_once and bring(world, shelf, units, free, terms):
        free = units
    some = units if units <= free else free if terms.ship == "units" or order.partial else 0.0
    if some:
        shelf.take(some)
        if order.promises:
            settle(order, line, some)
        world.record.allocated((world.clock.now, order.block.line + line, some, order.shipment))
        order.taken += 1
        if order.pieces is not None:
            order.pieces.append((line, some))
    if some < units:
        units = shelf.exact(units - some)
        if some and policy.ranks:
            rank = policy.rank(order, line, shelf, units, terms)
        if terms.ship == "order" and not order.partial:
            order.held = True
        promised = order.promised(line, shelf) if order.promises else []
        if promised and promised[0].due > world.clock.now:
            wait_for_date(world, order, line, shelf, units, terms, rank)
        else:
            be_short(world, order, line, shelf, units, terms, rank)
    order_if_low(world, shelf)


def bring(world: World, shelf: Shelf, units: float, free: float, terms: LineTerms) -> bool:
    """Whether what a line asks for is there, now that it was ordered from a supplier who needs no time.

    Nothing is ordered where that would not cover the line, such as where what comes is kept from it.
    """
    brought = shelf.brought(units)
    there = free if shelf.held else shelf.on_hand - world.policy.kept(shelf, terms)
    if not brought or shelf.exact(there + brought) < units:
        return False
    place_order(world, shelf, brought)
    return True


def be_short(world: World, order: Order, line: int, shelf: Shelf, units: float, terms: LineTerms, rank: float) -> None:
    """Units are short: a mechanism settles it, or the policy."""
    for settles in world.hooks.short:
        if settles(order, line, shelf, units):
            return
    answer(world, order, line, shelf, units, terms, rank)


def wait_for_date(
    world: World, order: Order, line: int, shelf: Shelf, units: float, terms: LineTerms, rank: float
) -> None:
    """What is promised for a later date is not short yet: it waits, and the customer's patience begins at that date."""
    waiting = wait(world, order, line, shelf, units, terms, rank)
    if world.policy.repromises:
        promise_anew(world, shelf, waiting)


def answer(world: World, order: Order, line: int, shelf: Shelf, units: float, terms: LineTerms, rank: float) -> None:
    """Do as the policy says with units that are short."""
    stays = order.block.patience is None or order.block.patience[line] >= 0
    if terms.chain is not None:
        respond(world, order, line, shelf, units, terms, rank, stays)
    elif terms.waits and stays:
        waiting = wait(world, order, line, shelf, units, terms, rank)
        if world.policy.repromises:
            promise_anew(world, shelf, waiting)
    else:
        lose(world, order, line, units)


def free_for(world: World, order: Order, line: int, shelf: Shelf, units: float, terms: LineTerms, rank: float) -> float:
    """Of the units that a line wants, what it may take now: what it was promised, and what else is not kept from it,
    if nobody who waits comes before it."""
    policy, bar = world.policy, math.inf
    kept = policy.kept(shelf, terms)
    mine = order.promised(line, shelf) if order.promises else []
    if mine:
        had = min(entitled(shelf, world.clock.now, mine)[0], max(0.0, shelf.exact(shelf.on_hand - kept)))
        units = shelf.exact(units - sum(each.units for each in mine))
        return shelf.exact(had + shelf.free(kept, units=units)) if units > 0 else had
    if shelf.waiting and rank >= shelf.waiting[0].rank:
        if not (policy.channels.protects or shelf.held):
            return 0.0
        ahead = (each for each in shelf.waiting if each.units and each.rank <= rank and not each.promised)
        bar = min((policy.kept(shelf, each.terms) for each in ahead), default=math.inf)
    return max(0.0, shelf.exact(min(shelf.free(kept, units=units), bar - kept)))


def respond(
    world: World, order: Order, line: int, shelf: Shelf, units: float, terms: LineTerms, rank: float, stays: bool
) -> None:
    """Ask the responses of the policy in turn, and do what they say; what needs time waits meanwhile.

    A customer who does not stay takes another item if there is one, and is lost for anything else.
    """
    short = Short(world, order, line, shelf, units, terms, rank)
    waits, pegged = 0.0, list[views.Expedite | views.Transship]()
    assert terms.chain is not None
    for place, response in enumerate(terms.chain, 1):
        short.rest = terms.chain[place:]
        for action in response.respond(short):
            action = action._replace(units=shelf.step.exact(action.units))
            short.units = shelf.exact(short.units - action.units)
            match action:
                case views.Substitute():
                    substitute(world, order, line, action.units, world.policy.skus.index(action.sku))
                case _ if isinstance(action, views.Lose) or not stays:
                    lose(world, order, line, action.units)
                case views.Cancel():
                    cancel_short(world, order, line, action.units)
                case views.Wait():
                    waits += action.units
                case _:
                    waits += action.units
                    pegged.append(action)
                    if isinstance(action, views.Transship):
                        short.fetched[action.site] = short.fetched.get(action.site, 0.0) + action.units
        if short.units <= 0:
            break
    waits = shelf.exact(waits)
    if waits:
        waiting = wait(world, order, line, shelf, waits, terms, rank)
        arrivals = [fetch(world, shelf, waiting, action) for action in pegged]
        if world.policy.repromises:
            covered = waits <= shelf.exact(sum(action.units for action in pegged))
            promise_anew(world, shelf, waiting, max(arrivals) + short.work if covered else None)


def fetch(world: World, shelf: Shelf, waiting: Waiting, action: views.Expedite | views.Transship) -> float:
    """Send for goods that are for one line; the hours until they are here."""
    if isinstance(action, views.Expedite):
        return expedite(world, waiting, shelf, action.units, action.time)
    return transship(world, waiting, shelf, action.units, action.site)


def swap(world: World, order: Order, line: int, units: float, sku: int) -> bool:
    """Give the product that the customer agreed to take instead, if it is still there when the order comes for it."""
    shelf, wanted = order.terms.site.shelves[sku], order.block.shelves[line].sku
    terms = order.terms.of(world.policy.sku_class[wanted])
    there = units <= (
        free_for(world, order, line, shelf, units, terms, math.inf)
        if order.promises
        else world.policy.free(shelf, terms)
    )
    if there:
        substitute(world, order, line, units, sku)
    return there


def substitute(world: World, order: Order, line: int, units: float, sku: int) -> None:
    """Give units of another product that is in stock."""
    shelf = order.terms.site.shelves[sku]
    low = shelf.take(units)
    if order.promises:
        settle(order, line, units, last=True)
    world.record.substituted((world.clock.now, order.block.line + line, shelf.number, units, order.shipment))
    order.taken += 1
    for hear in world.hooks.replaced:
        hear(order, line, units)
    if order.terms.collected:
        order.instead = [*(order.instead or []), (line, shelf, units)]
    if low:
        reorder(world, shelf)


def lose(world: World, order: Order, line: int, units: float) -> None:
    """The sale of the units is lost."""
    if order.promises:
        settle(order, line, units, last=True)
    world.record.lost((world.clock.now, order.block.line + line, units))
    for hear in world.hooks.gone:
        hear(order, line, units, False)


def cancel_short(world: World, order: Order, line: int, units: float) -> None:
    """The company takes back that it accepted the units: they were owed, and at once no more."""
    now, number = world.clock.now, order.block.line + line
    if order.promises:
        settle(order, line, units, last=True)
    world.record.backordered((now, number, units))
    world.record.cancelled((now, number, units, 1.0))
    for hear in world.hooks.gone:
        hear(order, line, units, False)


def wait(world: World, order: Order, line: int, shelf: Shelf, units: float, terms: LineTerms, rank: float) -> Waiting:
    """The units are backordered; a customer whose patience is limited will give them up."""
    now = world.clock.now
    world.record.backordered((now, order.block.line + line, units))
    waiting = Waiting(order, line, units, terms, rank)
    shelf.owe(waiting)
    order.short += 1
    for promise in order.promised(line, shelf) if order.promises else ():
        promise.waiting = waiting
        if promise.due > now:
            world.clock.call(promise.due, _its_date, (world, shelf, waiting))
    patience = order.block.patience
    if patience is not None and patience[line] < math.inf:
        since = max([now, *(promise.due for promise in order.promised(line, shelf))]) if order.promises else now
        world.clock.call(since + max(patience[line], 0.0), _give_up, (world, shelf, waiting))
    return waiting


def promise_anew(world: World, shelf: Shelf, waiting: Waiting, ready: float | None = None) -> None:
    """Tell the customer a new date if the last one can't be kept; look again when the last one has come.

    `ready` is the time to delivery, in hours, where goods for this very line are on their way.
    """
    order, now, repromise = waiting.order, world.clock.now, world.scenario.service.repromise
    assert repromise is not None
    if math.isnan(order.latest):
        return
    if ready is None:
        ready = Short(world, order, waiting.line, shelf, waiting.units, waiting.terms, waiting.rank, waiting).ready
    due = exact(now + ready + repromise.slack)
    if order.latest <= now:
        due = max(due, exact(now + DAY))
    if due > order.latest:
        order.latest = due
        world.record.promised((now, order.number, due))
        for hear in world.hooks.promised:
            hear(order)
    world.clock.call(order.latest, _look_again, (world, shelf, waiting))


def _look_again(look: Any) -> None:
    world, shelf, waiting = look.value
    if not waiting.units:
        return
    if waiting.order.latest > world.clock.now:  # told meanwhile, for another line
        world.clock.call(waiting.order.latest, _look_again, look.value)
    else:
        promise_anew(world, shelf, waiting)


def _its_date(date: Any) -> None:
    """The date has come for which a line that waits was promised stock: it may be there already."""
    world, shelf, waiting = date.value
    if waiting.units and shelf.on_hand > 0:
        serve_waiting(world, shelf)
    terms = waiting.terms
    more = any(promise.due > world.clock.now for promise in waiting.order.promised(waiting.line, shelf))
    if waiting.units and not more and not (terms.waits if terms.chain is None else terms.chain[-1].waits):
        give_up(world, shelf, waiting, by_company=True)  # the policy has nobody wait for what is short


def _give_up(deadline: Any) -> None:
    world, shelf, waiting = deadline.value
    if waiting.units:
        give_up(world, shelf, waiting)


def give_up(world: World, shelf: Shelf, waiting: Waiting, by_company: bool = False) -> None:
    """The customer cancels what still waits, or the company does; its place in the queue is dropped when its turn
    comes."""
    order = waiting.order
    if order.promises:
        settle(order, waiting.line, waiting.units)
    world.record.cancelled((world.clock.now, order.block.line + waiting.line, waiting.units, float(by_company)))
    for hear in world.hooks.gone:
        hear(order, waiting.line, waiting.units, not by_company)
    shelf.release(waiting)
    order.short -= 1
    serve_waiting(world, shelf)
    if order.idle:
        go_on(world, order)
    elif not order.open and not order.short:
        tell_settled(world, order)
    if shelf.rule is not None and shelf.reorder_at > -math.inf:  # else the next review sees it
        reorder(world, shelf)
