"""Exchange: with the money that is given back a customer orders the same again."""

import numpy as np

from simulator.engine.clock import DEMAND, Life, Process
from simulator.engine.orders import Order
from simulator.lifecycle.arrivals import Wanted
from simulator.lifecycle.customer_segment import CustomerSegment
from simulator.lifecycle.entry import enter
from simulator.lifecycle.order_terms import Bulk
from simulator.lifecycle.world import World

Buyer = tuple[int, int]
"""Channel, by its place among those of the segment, and customer, by the place among the ledger's."""


class Counter:
    """Where customers order again what they have sent back.

    Such an order goes the way of all others; what its customer does is drawn from streams of their own, so that the
    other orders are as they would have been.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._segments: dict[str, CustomerSegment] = {}

    def order_again(self, order: Order, line: int, units: float, buyer: Buyer) -> int:
        """An order for units of a line of another comes, as new demand of this moment; its number."""
        world, block, (channel, customer) = self._world, order.block, buyer
        item, price = order.shelf(line).sku, block.prices[line]
        wanted = Wanted(np.array([1]), np.array([item]), np.array([units]), np.array([price]))
        bulk = Bulk(np.array([world.clock.now]), np.array([channel]), np.array([customer]), wanted)
        drawn = self._segment(block.segment).block(bulk)
        again = Order(drawn, 0, drawn.number)
        clerk = Process(world.clock)
        clerk.start(come_in(world, again, clerk))
        return drawn.number

    def _segment(self, name: str) -> CustomerSegment:
        if name not in self._segments:
            world = self._world
            numbers = world.segments[0].numbers
            sites = {site.name: site for site in world.sites}
            self._segments[name] = CustomerSegment(
                world.scenario,
                name,
                sites,
                world.streams,
                world.ledger,
                numbers,
                world.policy,
                world.hooks,
                world.active,
                drawn_as=f"{name}: exchanges",
            )
        return self._segments[name]


def come_in(world: World, order: Order, clerk: Process) -> Life:
    """New demand comes after the work of the same instant, such as the restocking of what was sent back."""
    clerk.until(order.at, DEMAND)
    yield
    enter(world, order)
