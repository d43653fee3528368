"""Channels: which site a new order comes from, what its customer reads to be in stock, and the updates of that."""

from functools import partial
from itertools import chain, count

from simulator.engine.clock import PLAN, Life, Process
from simulator.engine.orders import Order
from simulator.engine.shelf import Shelf
from simulator.engine.site import SiteWorld
from simulator.lifecycle.promise import commit, move
from simulator.lifecycle.shortage import cancel_short, lose
from simulator.lifecycle.world import World
from simulator.mechanisms.channels.stock_record import Record

NAME = "channels"


def start(world: World) -> dict[str, Record]:
    """The stock record of each channel that has one, with its first update, and the process that repeats it."""
    skus, sites = list(world.scenario.products), [site.name for site in world.sites]
    records = {
        name: Record(channel.record, name, world.clock, world.streams, skus, sites)
        for name, channel in world.scenario.market.channels.items()
        if channel.record is not None
    }
    world.hooks.arriving.append(partial(take_in, world, records))
    world.hooks.entered.append(partial(accept, world, records))
    world.hooks.short.append(partial(was_oversold, world, records))
    for record in records.values():
        if record.settings.sync:
            clerk = Process(world.clock)
            clerk.start(updates(world, record, clerk))
    return records


def record_of(records: dict[str, Record], order: Order) -> Record | None:
    """What the channel of an order believes of the stock; None where it looks at the shelves themselves."""
    channel = order.terms.channel
    return records.get(channel.channel) if channel is not None else None


def updates(world: World, record: Record, clerk: Process) -> Life:
    """A channel learns every so often what is in stock."""
    for turn in count(1):
        record.report(chain.from_iterable(site.shelves for site in world.sites))
        clerk.until(turn * record.settings.sync, PLAN)
        yield


def take_in(world: World, records: dict[str, Record], order: Order) -> None:
    """Find the site that serves a new order, and strike out what of it is sold out."""
    channel = order.terms.channel
    if channel is None:
        return
    record = record_of(records, order)
    if channel.source is not None:
        outlets = [outlet._replace(short=len(sold_out(world, record, order, site))) for site, outlet in channel.outlets]
        chosen = channel.source.choose(outlets)
        if chosen != order.terms.site.name:
            move(world, order, next(site for site, outlet in channel.outlets if outlet.site == chosen))
    if record is not None:
        gone = sold_out(world, record, order, order.terms.site)
        if gone:
            order.swaps = (order.swaps or {}) | dict.fromkeys(gone)


def accept(world: World, records: dict[str, Record], order: Order) -> None:
    """The channel sells what it can, takes it off its record, and it is promised until allocated. What is sold out is
    lost: the customer reads it."""
    record = record_of(records, order)
    if record is None:
        return
    for line, instead in (order.swaps or {}).items():
        if instead is None:
            lose(world, order, line, order.block.units[line])
    for line in order.lines:
        record.sell(order.shelf(line), order.block.units[line])
    if order.terms.site.desk and not order.promises:
        commit(world, order)


def was_oversold(world: World, records: dict[str, Record], order: Order, line: int, shelf: Shelf, units: float) -> bool:
    """Units that are short may have been sold by a record that was wrong; whether they are cancelled therefore."""
    record = record_of(records, order)
    if record is None:
        return False
    world.record.oversold((world.clock.now, order.block.line + line, units))
    record.mend(shelf)
    if record.settings.oversold != "cancel":
        return False
    cancel_short(world, order, line, units)
    return True


def sold_out(world: World, record: Record | None, order: Order, site: SiteWorld) -> list[int]:
    """Lines that a site could not give in full at once, as far as the channel can see."""
    taken: dict[int, float] = {}
    found = []
    for line in order.lines:
        sku, units = order.block.shelves[line].sku, order.block.units[line]
        shelf = site.shelves[sku]
        wanted = shelf.exact(taken.get(sku, 0.0) + units)
        if visible(world, record, order, shelf) < wanted:
            found.append(line)
        else:
            taken[sku] = wanted
    return found


def visible(world: World, record: Record | None, order: Order, shelf: Shelf) -> float:
    """Units that the order may have, as far as its channel can see."""
    units = record.shown(shelf) if record is not None else shelf.free(after_promised=True)
    return shelf.exact(units - world.policy.kept(shelf, order.terms.of(world.policy.sku_class[shelf.sku])))
