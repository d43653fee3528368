"""What becomes of goods that came back, once they are graded."""

from typing import Annotated, ClassVar, Literal, get_args

from simulator.rules.family import OneOf, Rule
from simulator.rules.views import GradedGoods
from simulator.units import Hours

Way = Literal["restock", "refurbish", "liquidate", "recycle", "supplier", "scrap"]
"""Sell as new, put right and sell as new, sell off, take apart for material, send back to the supplier, throw away."""
WAYS: tuple[Way, ...] = get_args(Way)


class DispositionRule(Rule):
    """Decides what becomes of returned goods when inspection has graded them."""

    by_condition: ClassVar[bool] = False
    """Whether grade and reason alone decide, so that workload can be foreseen."""

    @property
    def ways(self) -> frozenset[Way]:
        """What it may say."""
        return frozenset(WAYS)

    @property
    def sends_back(self) -> bool:
        """Whether it sends goods back to suppliers whatever these say of it."""
        return "supplier" in self.ways

    def way(self, goods: GradedGoods) -> Way:
        """What becomes of them."""
        raise NotImplementedError


Disposition = Annotated[DispositionRule, OneOf()]


class ByGrade(DispositionRule):
    """The same for all goods of a grade.

    ```yaml
    rule: by_grade
    opened: restock
    defective: supplier
    ```

    >>> rule = ByGrade(opened="restock", defective="supplier")
    >>> rule.way(GradedGoods("opened")), rule.way(GradedGoods("worn")), rule.way(GradedGoods("worn", "defective"))
    ('restock', 'liquidate', 'supplier')
    """

    rule: Literal["by_grade"] = "by_grade"
    by_condition: ClassVar[bool] = True
    as_new: Way = "restock"
    """Unopened, or as good as that."""
    opened: Way = "refurbish"
    """Opened, and hardly used."""
    worn: Way = "liquidate"
    """Used."""
    broken: Way = "scrap"
    """Broken, or not what was sold."""
    defective: Way | None = None
    """What came back as defective, whatever its grade; by its grade where left out."""

    @property
    def ways(self) -> frozenset[Way]:
        found = {self.as_new, self.opened, self.worn, self.broken, self.defective or self.broken}
        return frozenset(found)

    def way(self, goods: GradedGoods) -> Way:
        if goods.reason == "defective" and self.defective is not None:
            return self.defective
        found: Way = getattr(self, goods.grade)
        return found


class IfNeeded(DispositionRule):
    """What needs work is refurbished only while stock is short, and else sold off at once.

    Stock is short while what is on hand, less what waiting customers are owed, lasts for less than `cover` at its mean
    demand. What is as new is restocked, what is broken is thrown away.

    ```yaml
    rule: if_needed
    cover: 2 weeks
    otherwise: liquidate
    ```

    >>> rule = IfNeeded(cover="2 weeks")
    >>> rule.way(GradedGoods("opened", cover=48)), rule.way(GradedGoods("opened", cover=800))
    ('refurbish', 'liquidate')
    """

    rule: Literal["if_needed"] = "if_needed"
    cover: Hours
    """So long stock has to last to be no longer short."""
    otherwise: Way = "liquidate"
    """What becomes of opened and worn goods while there is enough."""

    @property
    def ways(self) -> frozenset[Way]:
        return frozenset({"restock", "refurbish", self.otherwise, "scrap"})

    def way(self, goods: GradedGoods) -> Way:
        if goods.grade in ("as_new", "broken"):
            return "restock" if goods.grade == "as_new" else "scrap"
        return "refurbish" if goods.cover < self.cover else self.otherwise


class MostValue(DispositionRule):
    """Whatever recovers most value of these goods, after what it costs: see `costs.recovery` and the supplier's claims.

    Restocking is for what is as new, refurbishing for what is not broken, a claim for what came back as defective.

    ```yaml
    rule: most_value
    ```

    >>> MostValue().way(GradedGoods("worn", worth={"refurbish": 3.0, "liquidate": 4.0, "scrap": 0.0}))
    'liquidate'
    """

    rule: Literal["most_value"] = "most_value"

    @property
    def sends_back(self) -> bool:
        return False  # only to one that takes claims

    def way(self, goods: GradedGoods) -> Way:
        return max((way for way in WAYS if way in goods.worth), key=lambda way: goods.worth[way])
