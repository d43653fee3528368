"""What a channel believes of the stock: the shelves as last reported, with the errors of the records."""

from collections.abc import Iterable

from simulator.engine.clock import Clock
from simulator.engine.shelf import Shelf
from simulator.engine.streams import Streams
from simulator.scenario.channels import StockRecord
from simulator.units import multiples


class Errors:
    """The errors of one record, one after each count."""

    def __init__(self, settings: StockRecord, streams: Streams, name: str) -> None:
        self._settings, self._rng = settings, streams.rng(name)
        self._drawn: list[float] = []

    def after(self, count: int) -> float:
        """Units that the record is too high after so many counts."""
        while len(self._drawn) <= count:
            wrong, above = self._rng.random(2)
            assert self._settings.error is not None
            size = float(self._settings.error.sample(self._rng, 1)[0])
            self._drawn.append((size if above < 0.5 else -size) if wrong >= self._settings.accuracy else 0.0)
        return self._drawn[count]

    def mend(self, count: int) -> None:
        """The error has come to light, and is put right until the next count."""
        if self.after(count):
            self._drawn[count] = 0.0


class Record:
    """The stock record of one channel."""

    def __init__(
        self, settings: StockRecord, channel: str, clock: Clock, streams: Streams, skus: list[str], sites: list[str]
    ) -> None:
        self.settings, self._channel, self._clock, self._streams = settings, channel, clock, streams
        self._skus, self._sites = skus, sites
        self._reported: dict[int, float] = {}
        self._errors: dict[int, Errors] = {}

    def shown(self, shelf: Shelf) -> float:
        """Units of a shelf that the channel believes to be free."""
        known = self._reported.get(shelf.number) if self.settings.sync else None
        units = shelf.free(after_promised=True) if known is None else known
        error = self._errors_of(shelf).after(self._count) if self.settings.error is not None else 0.0
        return shelf.step.exact(units + error) if error else units

    def sell(self, shelf: Shelf, units: float) -> None:
        """The channel takes off what it sells itself."""
        if self.settings.sync:
            self._reported[shelf.number] = shelf.exact(self._reported[shelf.number] - units)

    def mend(self, shelf: Shelf) -> None:
        """An order could not be met: if the record was wrong, it is put right."""
        if self.settings.error is not None:
            self._errors_of(shelf).mend(self._count)

    def report(self, shelves: Iterable[Shelf]) -> None:
        """An update: the channel learns how much is free."""
        for shelf in shelves:
            self._reported[shelf.number] = shelf.free(after_promised=True)

    @property
    def _count(self) -> int:
        """How many counts there have been."""
        every = self.settings.recount
        return multiples(self._clock.now, every) if every is not None else 0

    def _errors_of(self, shelf: Shelf) -> Errors:
        if shelf.number not in self._errors:
            site, sku = self._sites[shelf.number // len(self._skus)], self._skus[shelf.sku]
            name = f"stock record of {self._channel}: {sku} at {site}"
            self._errors[shelf.number] = Errors(self.settings, self._streams, name)
        return self._errors[shelf.number]
