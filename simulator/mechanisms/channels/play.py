"""What a channel believes of the stock: the shelves as last reported, with the errors of the records."""

from itertools import count

from simulator.engine.clock import PLAN, Life, Process
from simulator.engine.orders import Order
from simulator.engine.shelf import Shelf
from simulator.engine.site import SiteWorld
from simulator.engine.world import World
from simulator.lifecycle.promise import commit, move
from simulator.lifecycle.shortage import lose
from simulator.mechanisms.channels.stock_record import Record, free


def start_records(world: World) -> None:
    """The first update of every stock record, and the process that repeats it where it is not always up to date."""
    for record in world.channels.records.values():
        if record.settings.sync:
            clerk = Process(world.clock)
            clerk.start(updates(world, record, clerk))


def updates(world: World, record: Record, clerk: Process) -> Life:
    """A channel learns every so often what is in stock."""
    for turn in count(1):
        record.report(shelf for site in world.sites for shelf in site.shelves)
        clerk.until(turn * record.settings.sync, PLAN)
        yield


def take_in(world: World, order: Order) -> bool:
    """Find the site that serves a new order, and what of it is sold out; False if nothing is left of it."""
    channel = order.terms.channel
    assert channel is not None
    if channel.source is not None:
        outlets = [outlet._replace(short=short_lines(world, order, site)) for site, outlet in channel.outlets]
        chosen = channel.source.choose(outlets)
        if chosen != order.terms.site.name:
            move(world, order, next(site for site, outlet in channel.outlets if outlet.site == chosen))
    if channel.record is not None:
        gone = _sold_out(world, order, order.terms.site)
        if gone:
            order.swaps = (order.swaps or {}) | dict.fromkeys(gone)
            return len(gone) < order.last - order.first
    return True


def accept(world: World, order: Order) -> bool:
    """The channel sells what it can, takes it off its record, and it is promised until allocated; False if that is
    nothing. What is sold out is lost: the customer reads it."""
    assert order.terms.channel is not None
    record = order.terms.channel.record
    if record is None:
        return True
    for line, instead in (order.swaps or {}).items():
        if instead is None:
            lose(world, order, line, order.block.units[line])
    left = order.lines
    for line in left:
        record.sell(order.shelf(line), order.block.units[line])
    if order.terms.site.desk and not order.committed:
        commit(order)
    return bool(left)


def short_lines(world: World, order: Order, site: SiteWorld) -> int:
    """Lines that a site could not give in full at once, as far as the channel can see."""
    return len(_sold_out(world, order, site))


def _sold_out(world: World, order: Order, site: SiteWorld) -> list[int]:
    taken: dict[int, float] = {}
    found = []
    for line in order.lines:
        sku, units = order.block.shelves[line].sku, order.block.units[line]
        if _visible(world, order, site.shelves[sku]) < taken.get(sku, 0.0) + units:
            found.append(line)
        else:
            taken[sku] = taken.get(sku, 0.0) + units
    return found


def _visible(world: World, order: Order, shelf: Shelf) -> float:
    """Units that the order may have, as far as its channel can see."""
    terms, channel = order.terms, order.terms.channel
    assert channel is not None
    units = channel.record.shown(shelf) if channel.record is not None else free(shelf)
    return units - world.policy.kept(shelf, terms.of(world.policy.sku_class[shelf.sku]))
