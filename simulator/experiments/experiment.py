"""An experiment: a scenario whose replications are kept in a store, and what of it is not written yet."""

import pickle
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property

from simulator.experiments.result import Result
from simulator.experiments.samples import Block
from simulator.experiments.store import Store, StoreError
from simulator.scenario.scenario import Scenario


class Experiment:
    """A scenario in a store. What the store holds of it already counts as done."""

    def __init__(self, scenario: Scenario, store: Store) -> None:
        self.scenario, self.store = scenario, store
        self.key = store.experiment(scenario)
        self._kept = set(store.numbers(self.key))
        taken = store.seconds(self.key)
        self._seconds, self._timed = float(taken.sum()), len(taken)
        self._unwritten: list[Block] = []
        """Finished blocks that could not be written."""

    @cached_property
    def pickled(self) -> bytes:
        """The scenario as workers get it, with the version that they must have."""
        from simulator.experiments.provenance import player

        return pickle.dumps((player(), self.scenario))

    @property
    def done(self) -> int:
        """How many replications are finished."""
        return len(self._kept)

    @property
    def seconds(self) -> float:
        """What a replication takes; 0 as long as nobody knows."""
        return self._seconds / self._timed if self._timed else 0.0

    def has(self, wanted: int) -> int:
        """How many of the first so many replications are finished."""
        return sum(number in self._kept for number in range(wanted))

    def missing(self, wanted: int) -> list[int]:
        """Which of the first so many replications are to be played."""
        return [number for number in range(wanted) if number not in self._kept]

    def keep(self, blocks: Sequence[Block]) -> None:
        """Write finished blocks. What cannot be written is held, so that the result still has it.

        Errors: StoreError.
        """
        self._unwritten += blocks
        for block in blocks:
            self._kept.update(block.numbers)
            self._seconds += sum(block.seconds)
            self._timed += len(block.seconds)
        self.store.add(self.key, self._unwritten)
        self._unwritten = []

    def result(self, first: int | None = None, stopped: str = "") -> Result:
        """What came out: of the first so many replications, or of all that are finished.

        `stopped` says why there are fewer than were wanted.
        """
        store, key = (self.store, self.key) if not self._unwritten else self._rescued()
        return Result(self.scenario, store, key, first, stopped)

    def _rescued(self) -> tuple[Store, int]:
        """Everything that is finished in a private store, where the store itself could not be written."""
        rescue = Store(":memory:")
        key = rescue.experiment(self.scenario)
        with suppress(StoreError):  # what cannot even be read is still in its file
            for block in self.store.blocks(self.key):
                rescue.add(key, [block])
        rescue.add(key, self._unwritten)
        return rescue, key
