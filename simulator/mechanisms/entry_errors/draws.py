"""How orders are entered: which errors are made, which of them verification catches, and what the rest will do."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from simulator.engine.ledger import Columns
from simulator.engine.orders import Block, Fate, Mistake
from simulator.mechanisms.entry_errors.facts import ERROR_KINDS
from simulator.scenario.network import EntryMode
from simulator.scenario.scenario import Scenario

OF_LINES = 2
"""So many kinds of error are of a line, the others of the order."""


ITEM, ADDRESS, DOCUMENT = ERROR_KINDS.index("item"), ERROR_KINDS.index("address"), ERROR_KINDS.index("document")


@dataclass(frozen=True, slots=True)
class Entered:
    """The errors of a block: parallel arrays, orders and lines by their place in the block (line -1: the order's)."""

    order: np.ndarray
    line: np.ndarray
    kind: np.ndarray
    caught: np.ndarray
    complains: np.ndarray
    delay: np.ndarray
    """Hours that it costs: until a wrong item is back, until the right address is reached."""
    chance: np.ndarray
    """Between 0 and 1: what becomes of a wrong item that comes back."""

    def facts(self, number: int, line: int) -> Columns:
        """What is recorded, with the numbers of the first order and line."""
        return {
            "order": number + self.order,
            "line": np.where(self.line < 0, 0, line + self.line),
            "kind": self.kind,
            "caught": self.caught,
        }

    def orders_with(self, chosen: np.ndarray, size: int) -> np.ndarray:
        """By order, whether it has any of the chosen errors."""
        found = np.zeros(size, dtype=bool)
        found[self.order[chosen]] = True
        return found

    def misdocumented(self, size: int) -> np.ndarray:
        """By order, whether its documents will be wrong."""
        return self.orders_with((self.kind == DOCUMENT) & ~self.caught, size)

    def give_to(self, block: Block) -> None:
        """Tell a block what its customers will meet with: errors that were missed, and wrong items that come back."""
        found: dict[int, list[Mistake]] = defaultdict(list)
        for place in np.flatnonzero(~self.caught).tolist():
            kind, line, delay = int(self.kind[place]), int(self.line[place]), float(self.delay[place])
            first = block.starts[int(self.order[place])]
            found[first].append(Mistake(kind, line, bool(self.complains[place]), delay))
            if kind == ITEM:
                block.returns[line] = Fate(delay, 1.0, float(self.chance[place]))
        block.mistakes = dict(found)
        if found:
            block.sales = None


class Entry:
    """The desk as the orders of one segment meet it."""

    def __init__(
        self,
        scenario: Scenario,
        homes: Sequence[str],
        channels: Sequence[str],
        rng: Callable[[str], np.random.Generator],
    ):
        modes = [scenario.market.channels[name].entry if name else None for name in channels]
        self.modes: list[str | None] = modes
        """The entry mode of each of the segment's channels."""
        known: dict[str, EntryMode] = scenario.network.entry_modes
        self._rates = np.array(
            [[getattr(known[mode].errors, kind) if mode is not None else 0.0 for mode in modes] for kind in ERROR_KINDS]
        )
        self._kinds = [kind for kind in range(len(ERROR_KINDS)) if self._rates[kind].any()]
        stages = [scenario.network.sites[site].stages for site in homes]
        self._catches = np.array(
            [next((stage.catches for stage in each if stage.catches is not None), 0.0) for each in stages]
        )
        """By channel: the share of errors that verification at its home finds."""
        self._mistakes, self._rng = scenario.service.mistakes, rng

    def modes_of(self, channel: np.ndarray) -> list[str | None]:
        """The entry mode of every order; empty where none has one."""
        return [self.modes[place] for place in channel.tolist()] if any(self.modes) else []

    def draw(self, counts: np.ndarray, channel: np.ndarray) -> Entered | None:
        """The errors made with orders of so many lines; None where nothing ever goes wrong.

        Each kind has a stream of its own, with the same draws for every order whether it errs or not: an order
        that errs at a low rate errs at a higher one too.
        """
        if not self._kinds:
            return None
        order_of_line = np.repeat(np.arange(len(counts)), counts)
        parts = [self._of_kind(kind, channel, order_of_line) for kind in self._kinds]
        return Entered(*(np.concatenate([part[field] for part in parts]) for field in range(7)))

    def _of_kind(self, kind: int, channel: np.ndarray, order_of_line: np.ndarray) -> tuple[np.ndarray, ...]:
        of_lines = kind < OF_LINES
        order = order_of_line if of_lines else np.arange(len(channel))
        chance = self._rng(f"{ERROR_KINDS[kind]} errors").random((len(order), 4)).T
        law = {ITEM: self._mistakes.wrong_item_lag, ADDRESS: self._mistakes.redelivery}.get(kind)
        delay = np.zeros(len(order))
        if law is not None:
            delay = law.sample(self._rng(f"{ERROR_KINDS[kind]} delays"), len(order))
        found = np.flatnonzero(chance[0] < self._rates[kind][channel[order]])
        line = found if of_lines else np.full(len(found), -1)
        return (
            order[found],
            line,
            np.full(len(found), kind),
            chance[1][found] < self._catches[channel[order[found]]],
            chance[2][found] < self._mistakes.complaint,
            delay[found],
            chance[3][found],
        )
