"""For which kinds of orders each rule of the service policy is, and where it decides what it states."""

from functools import cached_property

import numpy as np

from simulator.scenario.kinds import Kinds
from simulator.scenario.scenario import Scenario

COMMITMENTS = ("promise", "target", "priority", "stockout", "expedite_limit", "express", "alternatives", "returns")
"""What a rule may state."""
WHOLE = ("target", "express", "alternatives")
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
        meant = [mine for mine, each in zip(self.of_override, self.overrides, strict=True)
                 if each.treated_as == name and each.rate > 0]  # fmt: skip
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
