"""Return: goods come back, are inspected, and are restocked, refurbished or disposed of."""

import math

from simulator.engine.clock import Life
from simulator.engine.orders import Fate, Order, Shipment
from simulator.engine.world import World


def start_return(world: World, order: Order, line: int, units: float) -> None:
    """Part of a delivered line will come back: its process sleeps until then."""
    goods = Shipment(world.clock)
    goods.number, goods.terms = order.number, order.terms
    goods.start(come_back(world, order, line, units, order.block.returns[line], goods))


def come_back(world: World, order: Order, line: int, units: float, fate: Fate, goods: Shipment) -> Life:
    """The life of returned goods."""
    from simulator.lifecycle.backorders import serve_waiting

    site, clock, number = order.terms.site, world.clock, order.block.line + line
    goods.until(clock._now + fate.lag)
    yield
    units = min(units, math.ceil(units * fate.part - 1e-9)) if fate.part < 1 else units
    world.record.returned((clock._now, number, units))
    if site.inspection is not None:
        goods.work = [site.inspection_time()]
        site.inspection.serve(goods)
        yield
    desk = site.returns
    if fate.chance >= desk.restock + desk.refurbish and desk.dispose:
        world.record.disposed((clock._now, number, units))
        return
    refurbish = fate.chance >= desk.restock and desk.refurbish > 0
    if refurbish and site.refurbish_time is not None:
        goods.until(clock._now + site.refurbish_time())
        yield
    shelf = order.shelf(line)
    shelf.on_hand += units
    shelf.position += units
    world.record.restocked((clock._now, number, units, float(refurbish)))
    serve_waiting(world, shelf)
