"""Spare parts: stores that replenish each other one for one, shops that repair what failed, and purchases.

They are no products of the market: what a place holds is counted here, and its laws are here.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from simulator.lifecycle.world import World
from simulator.planning.working_time import WorkingTime
from simulator.rules.repairing import PartsPlace
from simulator.scenario.after_sales import AfterSales, RepairShop
from simulator.units import exact

if TYPE_CHECKING:
    from simulator.mechanisms.after_sales.cases import Case

Given = Callable[["Store"], None]
"""Is told by a store that it gives a part."""


class Request:
    """A part that a failure asked a store for."""

    __slots__ = ("case", "given", "part")

    def __init__(self, case: "Case", part: int) -> None:
        self.case, self.part, self.given = case, part, False


class Store:
    """One part at one place, or in one van."""

    __slots__ = ("above", "on_hand", "part", "place", "queue", "spares")

    def __init__(self, spares: "Spares", part: int, place: int, on_hand: int, above: "Store | None") -> None:
        self.spares, self.part, self.place, self.above = spares, part, place, above
        self.on_hand = on_hand
        self.queue: deque[Given] = deque()
        """Who waits for a part, in the order of asking."""

    def ask(self, given: Given) -> None:
        """Somebody wants a part: it is given now, or when it is his turn, and another one is ordered in its place."""
        if self.on_hand and not self.queue:
            self.on_hand -= 1
            given(self)
        else:
            self.queue.append(given)
        if self.above is not None:
            self.above.ask(self._sent)

    def come(self) -> None:
        """A part comes here: for who has waited longest, or for the stock."""
        if self.queue:
            self.queue.popleft()(self)
        else:
            self.on_hand += 1

    def _sent(self, source: "Store") -> None:
        """The place above sends a part."""
        spares, hours = self.spares, self.spares.transport(self.place)
        if not hours:
            self.come()
            return
        spares.moving[self.part] += 1
        spares.clock.call(spares.clock.now + hours, self._arrived)

    def _arrived(self, event: object) -> None:
        self.spares.moving[self.part] -= 1
        self.come()

    @property
    def top(self) -> "Store":
        """The place to which repaired and new parts come."""
        store = self
        while store.above is not None:
            store = store.above
        return store


class Shop:
    """A repair shop: so many parts at once, in the order in which they come."""

    def __init__(self, world: World, terms: RepairShop) -> None:
        self.clock, self.free = world.clock, terms.servers
        self.queue: deque[tuple[float, Callable[[float], None]]] = deque()
        self.hours: WorkingTime | None = None
        if terms.calendar is not None:
            scenario = world.scenario
            self.hours = WorkingTime(scenario.network.calendars[terms.calendar], scenario.run.start)

    def take(self, work: float, done: Callable[[float], None]) -> None:
        """A part comes; `done` is told when its repair was begun."""
        if self.free:
            self.free -= 1
            self._begin(work, done)
        else:
            self.queue.append((work, done))

    def _begin(self, work: float, done: Callable[[float], None]) -> None:
        now, hours = self.clock.now, self.hours
        begun = now if hours is None else hours.next_open(now)
        end = exact(now + work) if hours is None else hours.finish(now, work)
        self.clock.call(end, self._end, (begun, done))

    def _end(self, event: "object") -> None:
        begun, done = event.value  # type: ignore[attr-defined]
        if self.queue:
            self._begin(*self.queue.popleft())
        else:
            self.free += 1
        done(begun)


class Spares:
    """All spare parts of a run."""

    def __init__(self, world: World, section: AfterSales) -> None:
        self.clock, self.record = world.clock, world.record
        self.names, self.parts = list(section.parts), list(section.parts.values())
        self.places = section.places
        self.place_names = list(section.places)
        size = len(self.parts)
        self.moving, self.in_repair, self.on_order, self.owed = ([0] * size for _ in range(4))
        self.shops = {name: Shop(world, shop) for name, shop in section.shops.items()}
        self._transport = [
            None
            if place.transport.expected == 0
            else world.streams.draws(f"after sales: transport to {name}", place.transport.sample)
            for name, place in section.places.items()
        ]
        self._stores: dict[tuple[int, int, int], Store] = {}
        for place in self._from_the_top():
            vans = range(sum(section.technicians[team].number for team in section.holders(self.place_names[place])))
            for part in range(size):
                for owner in vans if section.places[self.place_names[place]].van else (-1,):
                    self._open(part, place, owner)
        self._over = [False] * size
        for number, terms in enumerate(self.parts):
            if terms.last_buy is not None:
                self.clock.call(terms.last_buy.at, self._last_buy, number)

    def _from_the_top(self) -> Iterator[int]:
        """The places, each after the one that supplies it."""
        left, known = list(self.places), set[str]()
        while left:
            for name in list(left):
                above = self.places[name].supplied_from
                if above is None or above in known:
                    known.add(name)
                    left.remove(name)
                    yield self.place_names.index(name)

    def _open(self, part: int, place: int, owner: int) -> None:
        name = self.place_names[place]
        above = self.places[name].supplied_from
        source = None if above is None else self._stores[part, self.place_names.index(above), -1]
        level = self.parts[part].stock.get(name, 0)
        self._stores[part, place, owner] = Store(self, part, place, level, source)

    def store(self, part: int, place: str, owner: int) -> Store:
        """A part at a place; in the van of a technician, by his number among those who have one there."""
        return self._stores[part, self.place_names.index(place), owner if self.places[place].van else -1]

    def view(self, part: int, place: str, owner: int) -> PartsPlace:
        """The same as a rule sees it."""
        store, terms = self.store(part, place, owner), self.places[place]
        return PartsPlace(place, store.on_hand, len(store.queue), terms.fetch.expected, terms.van)

    def transport(self, place: int) -> float:
        """Hours of the way to a place."""
        draw = self._transport[place]
        return 0.0 if draw is None else draw()

    def take(self, store: Store, case: "Case", scrapped: bool, given: Given) -> None:
        """A failure needs a part of a store, and the failed one goes its way."""
        self.owed[store.part] += 1
        store.ask(given)
        self._remove(store, case, scrapped)

    def supplied(self, store: Store, case: int) -> None:
        """A part leaves its store for a failed unit."""
        self.owed[store.part] -= 1
        self.record.part_supplied((self.clock.now, case, store.part, store.place))

    # Where parts come from

    def _remove(self, store: Store, case: "Case", scrapped: bool) -> None:
        """The failed part is repaired, or a new one is bought in its place."""
        part, terms = store.part, self.parts[store.part]
        luck = case.luck_of_part(part)
        if scrapped:
            if self._over[part]:
                self.record.part_not_replaced((self.clock.now, part))
            else:
                self._buy(part, 1, luck.lead_time, store.top)
            return
        repair = terms.repair
        assert repair is not None
        self.in_repair[part] += 1
        if luck.to_shop:
            self.clock.call(self.clock.now + luck.to_shop, lambda _: self._at_the_shop(part, luck.repair, store.top))
        else:
            self._at_the_shop(part, luck.repair, store.top)

    def _at_the_shop(self, part: int, work: float, top: Store) -> None:
        repair, came = self.parts[part].repair, self.clock.now
        assert repair is not None

        def done(begun: float) -> None:
            self.in_repair[part] -= 1
            self.record.part_repaired((self.clock.now, part, came, begun))
            top.come()

        if repair.shop is not None:
            self.shops[repair.shop].take(work, done)
        else:
            self.clock.call(came + work, lambda _: done(came))

    def _buy(self, part: int, units: int, hours: float, top: Store) -> None:
        self.on_order[part] += units
        self.record.part_bought((self.clock.now, part, units))

        def here(event: object) -> None:
            self.on_order[part] -= units
            self.record.part_received((self.clock.now, part, units))
            for _ in range(units):
                top.come()

        self.clock.call(self.clock.now + hours, here)

    def _last_buy(self, event: object) -> None:
        """From now on a part can be had no more."""
        part: int = event.value  # type: ignore[attr-defined]
        terms = self.parts[part]
        assert terms.last_buy is not None and terms.lead_time is not None
        self._over[part] = True
        if terms.last_buy.units:
            tops = [store for (which, _, _), store in self._stores.items() if which == part and store.above is None]
            best = max(tops, key=lambda store: terms.stock.get(self.place_names[store.place], 0))
            self._buy(part, terms.last_buy.units, terms.lead_time.expected, best)

    def count(self) -> None:
        """Write down how every part stands."""
        for part in range(len(self.parts)):
            on_hand = sum(store.on_hand for (which, _, _), store in self._stores.items() if which == part)
            self.record.parts_counted(
                (
                    self.clock.now,
                    part,
                    on_hand,
                    self.moving[part],
                    self.owed[part],
                    self.in_repair[part],
                    self.on_order[part],
                )
            )
