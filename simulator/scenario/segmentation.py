"""Segmentation: which rule puts products and customers into classes, and what a class is worth."""

from collections.abc import Iterator
from difflib import get_close_matches

from pydantic import model_validator

from simulator.model import Model
from simulator.rules.classifying import Classified, SegmentationRule
from simulator.scenario.errors import At, Several


class Segmentation(Model):
    """Classes of products and of customers. Rules of service and KPIs can be told apart by them."""

    products: Classified | None = None
    """Classes of products, in place of the `class` that products give themselves."""
    customers: Classified | None = None
    """Classes of customers, by customer, in place of the `customer_class` of segments."""

    @model_validator(mode="after")
    def _check(self) -> "Segmentation":
        faults = [*_labels("products", self.products), *_labels("customers", self.customers)]
        if self.customers is not None and self.customers.targets:
            hint = "give the targets to the classes of products"
            faults.append(At(("customers", "targets"), "a class of customers has no stock of its own", hint))
        if faults:
            raise Several(faults)
        return self


def _labels(kind: str, rule: SegmentationRule | None) -> Iterator[At]:
    """Classes that contracts and targets name and the rule does not have."""
    if rule is None:
        return
    for name, label in rule.contracts.items():
        yield from _unknown((kind, "contracts", name), label, list(rule.labels))
    letters = [label[0] for label in rule.labels]
    for label in rule.targets:
        yield from _unknown((kind, "targets", label), label, [*dict.fromkeys((*rule.labels, *letters)), "default"])


def _unknown(path: tuple[str, ...], label: str, known: list[str]) -> Iterator[At]:
    if label not in known:
        close = get_close_matches(label, known, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"known are: {', '.join(known)}"
        yield At(path, f"there is no class {label!r}", hint)
