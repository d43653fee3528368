"""Which items and which customers matter: classes such as A or CZ, by rule or by contract."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, model_validator

from simulator.policies.family import OneOf, Rule
from simulator.policies.replenishment import ServiceTarget
from simulator.policies.segmentation.turnover import Turnover
from simulator.units import Hours

__all__ = ["Classified", "SegmentationRule", "Turnover"]


class SegmentationRule(Rule):
    """Decides in which class an item or a customer is, looking at what it has sold or bought.

    Without `review`, classes come from the demand that the scenario itself expects, and stay. With it they
    begin so and are made again at every interval, from the orders placed in the run until then.
    """

    review: Annotated[Hours, Field(gt=0)] | None = None
    """Time between reviews; never where left out."""
    window: Annotated[Hours, Field(gt=0)] | None = None
    """How long a time a review looks back on; the whole run so far where left out."""
    contracts: dict[str, str] = {}
    """Names with the class that is agreed for each, whatever the rule would say."""
    targets: dict[str, ServiceTarget] = {}
    """For products: the target of a class, in place of the target of its SKUs' replenishment rules.

    A letter stands for all classes that begin with it, `default` for all the others."""

    @model_validator(mode="after")
    def _looks_back(self) -> "SegmentationRule":
        if self.window is not None and self.review is None:
            raise ValueError("window needs review: it says how long a time a review looks back on")
        spans = [span for span in (self.review, self.window) if span is not None]
        if spans and self.period and min(spans) < 2 * self.period:
            raise ValueError("variability needs two buckets to show: make review and window twice the bucket or more")
        return self

    @property
    def labels(self) -> tuple[str, ...]:
        """Every class there is, the one that matters most first."""
        raise NotImplementedError

    @property
    def period(self) -> float:
        """Hours of the periods whose demand is compared; 0 where variability does not matter."""
        return 0.0

    def classify(self, turnover: Turnover) -> list[str]:
        """The class of each, contracts aside."""
        raise NotImplementedError

    def classes(self, names: Sequence[str], turnover: Turnover) -> list[str]:
        """The class of each by name: its contract's, else the rule's."""
        found = self.classify(turnover)
        return [self.contracts.get(name, label) for name, label in zip(names, found, strict=True)]

    def target(self, label: str) -> ServiceTarget | None:
        """The target of a class: its own, that of its letter, the default, or none."""
        return self.targets.get(label) or self.targets.get(label[:1]) or self.targets.get("default")


Classified = Annotated[SegmentationRule, OneOf()]
