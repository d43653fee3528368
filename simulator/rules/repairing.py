"""Where a spare part is taken from, and whether a failed unit is repaired or replaced."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from simulator.rules.family import OneOf, Rule
from simulator.units import Factor, Hours


@dataclass(frozen=True, slots=True)
class PartsPlace:
    """A place where a part may be taken from, as a rule sees it."""

    name: str
    on_hand: float = 0.0
    """Units that are free there."""
    waiting: float = 0.0
    """Units that are owed from there already."""
    fetch: float = 0.0
    """Mean hours from there to the customer."""
    van: bool = False
    """Whether it is the technician's own van."""


class PartSourceRule(Rule):
    """Decides from which place a failure gets a part: the place that is named gives it now, or owes it.

    The places are those from which the technician gets parts, in the order in which the scenario names them.
    """

    cannibalise: bool = False
    """Where the part would have to be waited for, take it out of another failed unit of the same product that waits for
    other parts: that one then waits for this part too."""

    def choose(self, places: Sequence[PartsPlace]) -> str:
        """The name of the place."""
        raise NotImplementedError


PartSource = Annotated[PartSourceRule, OneOf()]


class Nearest(PartSourceRule):
    """From the place with the shortest way that has the part; where none has it, it is owed from the last place named.

    ```yaml
    rule: nearest
    ```

    >>> van, depot = PartsPlace("van", on_hand=0, van=True), PartsPlace("depot", on_hand=2, fetch=3)
    >>> Nearest().choose([van, depot])
    'depot'
    """

    rule: Literal["nearest"] = "nearest"

    def choose(self, places: Sequence[PartsPlace]) -> str:
        ready = [place for place in places if place.on_hand > 0]
        return min(ready, key=lambda place: place.fetch).name if ready else places[-1].name


class SpareTheVan(PartSourceRule):
    """From depots and centres first, the nearest that has the part, and from the van only where none of them has it:
    vans stay full for those who are repaired at the first visit.

    ```yaml
    rule: spare_the_van
    ```

    >>> van, depot = PartsPlace("van", on_hand=1, van=True), PartsPlace("depot", on_hand=2, fetch=3)
    >>> SpareTheVan().choose([van, depot])
    'depot'
    """

    rule: Literal["spare_the_van"] = "spare_the_van"

    def choose(self, places: Sequence[PartsPlace]) -> str:
        ready = [place for place in places if place.on_hand > 0]
        best = min(ready, key=lambda place: (place.van, place.fetch), default=places[-1])
        return best.name


class Home(PartSourceRule):
    """Always from the first place named, whether it has the part or not: no other place helps out.

    ```yaml
    rule: home
    ```

    >>> Home().choose([PartsPlace("depot"), PartsPlace("centre", on_hand=4, fetch=24)])
    'depot'
    """

    rule: Literal["home"] = "home"

    def choose(self, places: Sequence[PartsPlace]) -> str:
        return places[0].name


@dataclass(frozen=True, slots=True)
class FailedUnit:
    """A unit that has failed, as a rule sees it."""

    age: float = 0.0
    """Hours since it was new."""
    covered: bool = True
    """Whether warranty or a contract pays."""
    repair_cost: float = 0.0
    """What parts, labour and travel of this repair are expected to cost."""
    new_cost: float = 0.0
    """What a new unit costs."""


class RepairOrReplaceRule(Rule):
    """Decides whether a failed unit is repaired, or a new one takes its place."""

    def replaces(self, unit: FailedUnit) -> bool:
        """Whether it is replaced."""
        raise NotImplementedError


RepairOrReplace = Annotated[RepairOrReplaceRule, OneOf()]


class Repair(RepairOrReplaceRule):
    """Always repaired.

    ```yaml
    rule: repair
    ```

    >>> Repair().replaces(FailedUnit(repair_cost=900, new_cost=500))
    False
    """

    rule: Literal["repair"] = "repair"

    def replaces(self, unit: FailedUnit) -> bool:
        return False


class ReplaceOld(RepairOrReplaceRule):
    """Replaced from an age on.

    ```yaml
    rule: replace_old
    age: 5 years
    ```

    >>> ReplaceOld(age="1 year").replaces(FailedUnit(age=9000))
    True
    """

    rule: Literal["replace_old"] = "replace_old"
    age: Hours
    """Since it was new."""

    def replaces(self, unit: FailedUnit) -> bool:
        return unit.age >= self.age


class ReplaceCostly(RepairOrReplaceRule):
    """Replaced where the repair is expected to cost more than a share of what a new unit costs.

    ```yaml
    rule: replace_costly
    above: 0.6
    ```

    >>> ReplaceCostly(above=0.6).replaces(FailedUnit(repair_cost=310, new_cost=500))
    True
    """

    rule: Literal["replace_costly"] = "replace_costly"
    above: Factor
    """Of the cost of a new unit; 0.6 is 60 %."""

    def replaces(self, unit: FailedUnit) -> bool:
        return unit.repair_cost > self.above * unit.new_cost
