"""Returns: goods come back, are inspected, and are restocked, refurbished or disposed of."""

from collections.abc import Callable
from functools import partial

import numpy as np

from simulator.engine.clock import Life
from simulator.engine.orders import ComesBack, Order, Shipment
from simulator.lifecycle.backorders import serve_waiting
from simulator.lifecycle.customer_draws import NewOrders
from simulator.lifecycle.customer_segment import CustomerSegment
from simulator.lifecycle.world import World

NAME = "returns"


def draw(segment: CustomerSegment) -> Callable[[NewOrders], None]:
    """Draw the lines that will come back, more of what arrives damaged; what others send back stays as they say."""
    # One stream of the same name for each return terms: a line has the same chance whichever of them are its own.
    lags = [segment.streams.rng(f"{segment.name}: return lags") for _ in segment.terms.returns]

    def comes_back(new: NewOrders) -> None:
        if segment.terms.returns:
            of_line = segment.terms.return_terms(new.bulk, new.known)
            chance = segment.streams_kept("returns").random((len(of_line), 2)).T
            broken = np.repeat(np.broadcast_to(new.damaged, len(new.bulk.at)) > 0, new.bulk.wanted.counts)
            for place, terms in enumerate(segment.terms.returns):
                lag = terms.lag.sample(lags[place], len(of_line))
                latest = np.inf if terms.window is None else terms.window
                rate = np.where(broken, terms.rate if terms.damaged is None else terms.damaged, terms.rate)
                for line in np.flatnonzero((of_line == place) & (chance[0] < rate) & (lag <= latest)).tolist():
                    back = ComesBack(float(lag[line]), terms.part, float(chance[1][line]))
                    new.comes_back.setdefault(line, back)
        new.follow_lines(list(new.comes_back))

    return comes_back


def start(world: World) -> set[Shipment]:
    """From now on, part of what is handed over comes back; the state is what is on its way back, of measured orders."""
    coming: set[Shipment] = set()
    world.hooks.handed_over.append(partial(start_returns, world, coming))
    return coming


def busy(world: World) -> bool:
    """Whether anything of measured orders is still to come back, or to be dealt with."""
    return bool(world.mechanisms[NAME])


def start_returns(world: World, coming: set[Shipment], order: Order, shipment: Shipment) -> None:
    """The customer has the goods, of which some lines will come back: the process of each sleeps until then."""
    for line, units in shipment.pieces or ():
        if line in order.block.comes_back:
            goods = Shipment(world.clock)
            goods.number, goods.terms = order.number, order.terms
            if world.measures(order.at):
                coming.add(goods)
            goods.start(come_back(world, coming, order, line, units, goods))


def come_back(world: World, coming: set[Shipment], order: Order, line: int, units: float, goods: Shipment) -> Life:
    """The life of returned goods."""
    fate = order.block.comes_back[line]
    site, clock, number = order.terms.site, world.clock, order.block.line + line
    goods.until(clock.now + fate.lag)
    yield
    shelf = order.shelf(line)
    units = min(units, shelf.step.up(units * fate.part)) if fate.part < 1 else units
    world.record.returned((clock.now, number, units))
    if site.inspection is not None:
        goods.work = [site.inspection_time()]
        site.inspection.serve(goods)
        yield
    desk = site.returns
    if fate.chance >= desk.restock + desk.refurbish and desk.dispose:
        coming.discard(goods)
        world.record.disposed((clock.now, number, units))
        return
    refurbish = fate.chance >= desk.restock and desk.refurbish > 0
    if refurbish and site.refurbish_time is not None:
        goods.until(clock.now + site.refurbish_time())
        yield
    coming.discard(goods)
    shelf.put(units)
    world.record.restocked((clock.now, number, units, float(refurbish)))
    serve_waiting(world, shelf)
