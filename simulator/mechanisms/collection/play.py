"""Collection: a shipment waits at the site for its customer, who comes, or does not."""

from collections.abc import Callable
from functools import partial

import numpy as np

from simulator.engine.clock import Life
from simulator.engine.orders import Order, Shipment
from simulator.lifecycle.backorders import serve_waiting
from simulator.lifecycle.customer_draws import NewOrders
from simulator.lifecycle.customer_segment import CustomerSegment
from simulator.lifecycle.fulfilment import hand_over
from simulator.lifecycle.world import World

NAME = "collection"


def draw(segment: CustomerSegment) -> Callable[[NewOrders], list[float]]:
    """By order: hours from when it is ready until its customer comes; infinite if never."""
    channels = segment.scenario.market.channels
    laws = [channels[name].collect if name else None for name in segment.channel_names]
    streams: dict[str, np.random.Generator] = {}

    def rng(name: str) -> np.random.Generator:
        if name not in streams:
            streams[name] = segment.streams.rng(name)
        return streams[name]

    def comes(new: NewOrders) -> list[float]:
        if not any(laws):
            return []
        channel, size = new.bulk.channel, len(new.bulk.at)
        chance, found = segment.streams_kept("no-shows").random(size), np.zeros(size)
        for place, (name, collect) in enumerate(zip(segment.channel_names, laws, strict=True)):
            if collect is not None:
                after = collect.after.sample(rng(f"{segment.drawn_as} through {name}: collects"), size)
                found = np.where(channel == place, np.where(chance < collect.no_show, np.inf, after), found)
                new.followed.update(np.flatnonzero(channel == place).tolist())
        times: list[float] = found.tolist()
        return times

    return comes


def start(world: World) -> set[Shipment]:
    """From now on, what is to be collected waits for its customer; the state is what waits of measured orders."""
    kept: set[Shipment] = set()
    world.hooks.ready.append(partial(keep_for_customer, world, kept))
    return kept


def busy(world: World) -> bool:
    """Whether anything of measured orders still waits for its customer."""
    return bool(world.mechanisms[NAME])


def keep_for_customer(world: World, kept: set[Shipment], order: Order, shipment: Shipment) -> bool:
    """A shipment is ready: its customer is told, and comes in his own time. False if the order is not collected."""
    if not order.terms.collected:
        return False
    goods = Shipment(world.clock)
    goods.number, goods.shipment, goods.terms = order.number, shipment.shipment, order.terms
    goods.pieces = shipment.pieces
    if world.measures(order.at):
        kept.add(goods)
    goods.start(at_the_counter(world, kept, order, goods, shipment is order))
    return True


def at_the_counter(world: World, kept: set[Shipment], order: Order, goods: Shipment, first: bool) -> Life:
    """The life of goods that are kept for their customer."""
    channel = order.terms.channel
    assert channel is not None
    assert channel.collect is not None
    after, hold = order.block.drawn[NAME][order.index], channel.collect.hold
    goods.until(world.clock.now + min(after, hold))
    yield
    kept.discard(goods)
    if after > hold:
        put_back(world, order, goods, first)
        return
    world.record.collected((world.clock.now, order.number, goods.shipment))
    hand_over(world, order, goods)


def put_back(world: World, order: Order, goods: Shipment, first: bool) -> None:
    """Nobody came: the goods are for others again."""
    on_board = [(line, order.shelf(line), units) for line, units in goods.pieces or ()]
    for line, shelf, units in on_board + ((order.instead or []) if first else []):
        shelf.put(units)
        number = order.block.line + line
        world.record.not_collected((world.clock.now, number, shelf.number, units, goods.shipment))
        serve_waiting(world, shelf)
