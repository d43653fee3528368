"""Every kind of order that the conditions of a policy can tell apart, and where each rule decides what it states."""

import math
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise, product
from typing import Any, NamedTuple

import numpy as np

from simulator.planning.stock_levels import customer_classes, product_classes
from simulator.rules.classifying import SegmentationRule
from simulator.scenario.market import Segment
from simulator.scenario.scenario import Scenario
from simulator.scenario.service import When


class Kind(NamedTuple):
    """One kind of order, or of lines in an order; None where no rule asks."""

    segment: str
    channel: str | None
    customer: str | None
    """By name if a rule names the customer; "" is for all the others."""
    customer_class: str | None
    order_value: tuple[float, float] | None
    """From, and below."""
    sku_class: str | None


class Kinds:
    """All kinds of orders and lines of a scenario that may come. Any value of an order is taken as possible."""

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        service = scenario.service
        whens = [rule.when for rule in service.rules] + [override.when for override in service.overrides]
        self._asked = {name for name in When.model_fields if any(getattr(when, name) is not None for when in whens)}
        bands = [when.order_value for when in whens if when.order_value is not None]
        cuts = {0.0, *(band.at_least for band in bands), *(band.below for band in bands if band.below is not None)}
        self._values = list(pairwise([*sorted(cuts), math.inf])) if bands else [None]
        self._named = {name for when in whens for name in when.customer or ()}
        self.all = [kind for name, segment in scenario.market.segments.items() for kind in self._of(name, segment)]
        self._columns = {name: [getattr(kind, name) for kind in self.all] for name in Kind._fields}

    def _of(self, name: str, segment: Segment) -> Iterator[Kind]:
        replayed = segment.demand.rule in ("resampled", "replayed")
        uses = segment.channels or dict.fromkeys(list(self._scenario.market.channels)[:1], 1.0) or {"": 1.0}
        for channel, use in uses.items():
            if replayed or (use if isinstance(use, float) else use.share) > 0:
                told = (channel or None) if "channel" in self._asked else None
                whom, classes = self._whom(name, segment), self._sku_classes(segment, use)
                for (customer, tier), value, sku_class in product(whom, self._values, classes):
                    yield Kind(name, told, customer, tier, value, sku_class)

    def _whom(self, name: str, segment: Segment) -> list[tuple[str | None, str | None]]:
        """Customers told apart, each with every class that it may be in."""
        rule = self._scenario.segmentation.customers
        if not self._asked & {"customer", "customer_class"}:
            return [(None, None)]
        replayed = segment.demand.rule == "replayed"
        own = {each for each, weight in segment.customer_weights(name).items() if weight > 0}
        if replayed:  # any name may turn up
            own = self._named | {f"{name} guest"}
        if "customer_class" not in self._asked:
            return [(each, None) for each in dict.fromkeys(self._told(each) for each in sorted(own))]
        if rule is None:
            return [(each, segment.customer_class) for each in dict.fromkeys(self._told(each) for each in sorted(own))]
        now = {} if replayed or rule.review is not None else customer_classes(self._scenario)
        pairs = ((self._told(each), label) for each in sorted(own) for label in _labels(rule, each, now))
        return list(dict.fromkeys(pairs))

    def _told(self, customer: str) -> str | None:
        return None if "customer" not in self._asked else customer if customer in self._named else ""

    def _sku_classes(self, segment: Segment, use: Any) -> list[str | None]:
        """The classes of products that an order may hold."""
        if "sku_class" not in self._asked:
            return [None]
        rule, products = self._scenario.segmentation.products, self._scenario.products
        basket = getattr(use, "basket", None) or segment.basket
        if basket is None:
            held = set(products)
        elif basket.orders is not None:
            held = {sku for kind in basket.orders if kind.share > 0 for sku in kind.lines}
        else:
            weights = basket.items or {sku: each.popularity for sku, each in products.items()}
            held = {sku for sku, weight in weights.items() if weight > 0}
        if rule is not None and rule.review is not None:
            labels = [label for sku in held for label in _labels(rule, sku, {})]
            return list(dict.fromkeys(labels))
        return list(
            dict.fromkeys(
                now for sku, now in zip(products, product_classes(self._scenario), strict=True) if sku in held
            )
        )

    def matching(self, when: When) -> np.ndarray:
        """Which kinds a condition is for."""
        low = np.array([0.0 if each is None else each[0] for each in self._columns["order_value"]])
        met = when.met(lambda name, wanted: np.array([each in wanted for each in self._columns[name]]), low)
        return np.ones(len(self.all), dtype=bool) & met  # type: ignore[no-any-return]

    def described(self, which: np.ndarray) -> str:
        """Some kinds in words: exactly where a phrase can say it, else by an example."""
        rows = np.flatnonzero(which).tolist()
        told: dict[str, list[Any]] = {}
        for name, column in self._columns.items():
            values = list(dict.fromkeys(column[row] for row in rows))
            if len(values) < len(set(column)):
                told[name] = values
        for name in reversed(list(told)):  # what the rest implies is not said
            fewer = {other: values for other, values in told.items() if other != name}
            if (self._box(fewer) == which).all():
                told = fewer
        if (self._box(told) == which).all() and all(len(values) <= 4 for values in told.values()):
            return _in_words(told)
        example = self.all[rows[0]]
        varied = [name for name, column in self._columns.items() if len(set(column)) > 1]
        return "such as " + _in_words({name: [getattr(example, name)] for name in varied})

    def _box(self, told: dict[str, list[Any]]) -> np.ndarray:
        """Which kinds have one of some values in each dimension told."""
        found = np.ones(len(self.all), dtype=bool)
        for name, values in told.items():
            found &= np.array([each in values for each in self._columns[name]])
        return found


def _labels(rule: SegmentationRule, name: str, now: dict[str, str]) -> list[str]:
    """The classes that something may be in: its contract's, today's where none is reviewed, or any."""
    if name in rule.contracts:
        return [rule.contracts[name]]
    return [now[name]] if name in now else list(rule.labels)


def _in_words(told: dict[str, list[Any]]) -> str:
    """Conditions as a phrase.

    >>> _in_words({"segment": ["shop"], "channel": ["web", "edi"], "order_value": [(0.0, 500.0)], "sku_class": ["A"]})
    'shop through web or edi, orders below 500, class A of products'
    >>> _in_words({})
    'all orders'
    """
    says = {
        "segment": "{}",
        "channel": "through {}",
        "customer": "customer {}",
        "order_value": "orders {}",
        "customer_class": "class {} of customers",
        "sku_class": "class {} of products",
    }
    parts = [says[name].format(" or ".join(map(_word, values))) for name, values in told.items()]
    return ", ".join(parts).replace(", through ", " through ") or "all orders"


def _word(value: Any) -> str:
    if isinstance(value, tuple):
        low, high = value
        return (
            f"below {high:g}" if not low else f"of {low:g} and more" if high == math.inf else f"of {low:g} to {high:g}"
        )
    return "none" if value is None else value or "other"


COMMITMENTS = (
    "promise",
    "target",
    "priority",
    "stockout",
    "expedite_limit",
    "express",
    "alternatives",
    "returns",
    "notify",
    "answered_by",
    "parts_from",
    "repair_or_replace",
)
"""What a rule may state."""


WHOLE = ("target", "express", "alternatives", "notify", "answered_by", "parts_from", "repair_or_replace")
"""What is stated of whole orders only."""


class Reach:
    """Which kinds of orders each rule and override is for, and what of it counts."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.rules, self.overrides = scenario, scenario.service.rules, scenario.service.overrides
        self.kinds = Kinds(scenario)
        self.nothing = np.zeros(len(self.kinds.all), dtype=bool)
        self.of_rule = [self.kinds.matching(rule.when) for rule in self.rules]
        self.of_override = [self.kinds.matching(each.when) for each in self.overrides]

    def called(self, place: int) -> str:
        """A rule as a planner finds it."""
        name = self.rules[place].name
        return f"rule {name!r}" if name else f"service.rules[{place}]"

    def states(self, place: int, commitment: str) -> bool:
        """Whether a rule has its say on a commitment."""
        rule = self.rules[place]
        return getattr(rule, commitment) is not None and not (commitment in WHOLE and rule.when.sku_class is not None)

    def before(self, place: int, commitment: str) -> list[int]:
        """Earlier rules that state the commitment for some of the same orders."""
        mine = self.of_rule[place]
        return [each for each in range(place) if self.states(each, commitment) and (self.of_rule[each] & mine).any()]

    def decided(self, place: int, commitment: str) -> np.ndarray:
        """For which kinds an earlier rule states the commitment."""
        return self._any([self.of_rule[each] for each in self.before(place, commitment)])

    def decides(self, place: int, commitment: str) -> np.ndarray:
        """For which kinds a rule decides a commitment, overrides included."""
        if not self.states(place, commitment):
            return self.nothing
        mine: np.ndarray = self.of_rule[place] & ~self.decided(place, commitment) | self.by_override(place)
        return mine

    def by_override(self, place: int) -> np.ndarray:
        """Which kinds sales may have treated by a rule."""
        name = self.rules[place].name
        meant = [
            mine
            for mine, each in zip(self.of_override, self.overrides, strict=True)
            if each.treated_as == name and each.rate > 0
        ]
        return self._any(meant)

    def _any(self, several: list[np.ndarray]) -> np.ndarray:
        found: np.ndarray = np.logical_or.reduce([self.nothing, *several])
        return found

    @cached_property
    def own(self) -> np.ndarray:
        """Index of the first rule for the whole order, by kind; -1 for none."""
        found = np.full(len(self.nothing), -1)
        for place in reversed(range(len(self.rules))):
            if self.rules[place].when.sku_class is None:
                found[self.of_rule[place]] = place
        return found
