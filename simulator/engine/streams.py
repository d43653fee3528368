"""One named random stream for every cause, so that a change to one cause leaves the draws of the others alone."""

from collections.abc import Callable
from itertools import chain, repeat

import numpy as np

BLOCK = 256


class Streams:
    """The random numbers of one replication: (seed, replication, name) -> numbers, whatever else is asked for."""

    def __init__(self, seed: int, replication: int) -> None:
        self._seed, self._replication = seed, replication

    def rng(self, name: str) -> np.random.Generator:
        """A fresh generator for a cause; the same name gives the same numbers."""
        key = (self._replication, *name.encode())
        return np.random.default_rng(np.random.SeedSequence(self._seed, spawn_key=key))

    def each(self, name: str) -> Callable[[int], np.random.Generator]:
        """A function that gives a fresh generator for each of many causes of one kind, by number: a fifth of the cost
        of naming each."""
        key = self.rng(name).integers(0, 2**64, 2, dtype=np.uint64)
        return lambda number: np.random.Generator(np.random.Philox(key=key, counter=[0, 0, number, 0]))

    def draws(self, name: str, sample: Callable[[np.random.Generator, int], np.ndarray]) -> Callable[[], float]:
        """A function that returns one draw at a time, drawn in blocks; nothing happens before the first."""

        def blocks() -> "chain[float]":
            rng = self.rng(name)
            return chain.from_iterable(sample(rng, BLOCK).tolist() for _ in repeat(0))

        return chain.from_iterable(blocks() for _ in range(1)).__next__
