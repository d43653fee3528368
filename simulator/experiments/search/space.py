"""The points that decisions span: what each decision may be, as the text that `--set` or a what-if writes."""

import json
import math
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from itertools import product
from typing import Any

from simulator.scenario.optimise import Decision, Optimise
from simulator.scenario.reading.merge import steps
from simulator.units import Amount, amount

FINEST = 100
"""A range without step has that many values or more, up to ten times as many."""
BY_RATIO = 200
"""A range that is searched by ratio has as many steps."""
FIGURES = Context(prec=3, rounding=ROUND_HALF_EVEN)
"""Of a value that is searched by ratio."""
Point = dict[str, str]
"""Values by path, as a scenario writes them."""
Places = dict[str, int]
"""The places of a point's values among those that each decision may take, by path."""


class Axis:
    """One decision: the values that it may take, by place."""

    def __init__(self, path: str, decision: Decision) -> None:
        self.path, self.decision, self.choices = path, decision, decision.choices
        self.low, self.high = decision.low or Amount(Decimal(0), ""), decision.high or Amount(Decimal(0), "")
        span = self.high.number - self.low.number
        self.step = decision.step.number if decision.step is not None else _fine(span)
        if self.choices is not None:
            self.count = len(self.choices)
        else:
            self.count = 1 + (BY_RATIO if decision.log else int(span / self.step))

    def text(self, place: int) -> str:
        """The value at a place, as a scenario writes it."""
        if self.choices is not None:
            return written(self.choices[place])
        if not self.decision.log:
            return self._written(self.low.number + place * self.step)
        if place in (0, self.count - 1):
            return self._written(self.high.number if place else self.low.number)
        ratio = float(self.high.number / self.low.number) ** (place / BY_RATIO)
        return self._written(Decimal(repr(float(self.low.number) * ratio)).normalize(FIGURES))

    def _written(self, number: Decimal) -> str:
        unit = self.low.unit if number == self.low.number else self.high.unit  # one day, two days
        return str(Amount(_short(number), unit))

    def place(self, value: Any) -> int | None:
        """Where a scenario's own value is among those that may be taken; None if it is not."""
        if self.choices is not None:
            return self.choices.index(value) if value in self.choices else None
        try:
            found = amount(value)
        except ValueError:
            return None
        if found.kind != self.low.kind:
            return None
        return next((place for place in range(self.count) if amount_of(self.text(place)) == found.number), None)

    def examples(self) -> list[str]:
        """Values that tell whether the scenario takes them all: the ends, and the one beside the first."""
        places = range(self.count) if self.choices is not None else sorted({0, 1, self.count - 1})
        return [self.text(place) for place in places]


class Space:
    """All decisions."""

    def __init__(self, section: Optimise) -> None:
        self.axes = [Axis(path, decision) for path, decision in section.decisions.items()]

    @property
    def size(self) -> int:
        """How many points there are."""
        return math.prod(axis.count for axis in self.axes)

    def point(self, places: Places) -> Point:
        """The values at places."""
        return {axis.path: axis.text(places[axis.path]) for axis in self.axes}

    def suggest(self, trial: Any) -> Places:
        """What optuna proposes for one of its trials."""
        return {
            axis.path: trial.suggest_int(axis.path, 0, axis.count - 1) if axis.choices is None
            else trial.suggest_categorical(axis.path, list(range(axis.count)))
            for axis in self.axes
        }  # fmt: skip

    def every(self) -> Iterator[Places]:
        """All points."""
        for places in product(*(range(axis.count) for axis in self.axes)):
            yield {axis.path: place for axis, place in zip(self.axes, places, strict=True)}

    def own(self, source: Mapping[str, Any]) -> Places | None:
        """The point that a scenario is as it stands; None if it is not in the space."""
        found = {axis.path: axis.place(at(source, axis.path)) for axis in self.axes}
        places = {path: place for path, place in found.items() if place is not None}
        return places if len(places) == len(found) else None


def at(source: Any, path: str) -> Any:
    """The value at a path of plain data; None if it is left to its default."""
    for part in steps(path):
        try:
            source = source[part]
        except (KeyError, IndexError, TypeError):
            return None
    return source


def written(value: Any) -> str:
    """Plain data as one line of YAML.

    >>> written({"rule": "fixed", "time": "2 days"})
    '{"rule": "fixed", "time": "2 days"}'
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {written(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(written(item) for item in value) + "]"
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def amount_of(text: str) -> Decimal:
    """The number of a value that is written with its unit."""
    return Decimal(text.split()[0])


def _fine(span: Decimal) -> Decimal:
    """A power of ten that parts a range finely enough."""
    return Decimal(10) ** math.floor(math.log10(span / FINEST)) if span > 0 else Decimal(1)


def _short(number: Decimal) -> Decimal:
    """Without zeros at the end, and without an exponent."""
    return Decimal(format(number.normalize(), "f"))
