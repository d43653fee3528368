"""How a `rule:` in YAML finds its class: the only magic.

A family is a base class. Its rules are the subclasses found in the modules of its package, each
with a literal default for `rule`. A new rule is one new class in one new file; third parties
add theirs through the entry-point group `simulator.rules`.
"""

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from pydantic import GetCoreSchemaHandler, SerializationInfo, SerializerFunctionWrapHandler, model_serializer
from pydantic_core import CoreSchema, core_schema

from simulator.model import Model


class Rule(Model):
    """A rule holds its settings and decides; it keeps no state and sees no clock, luck or world."""

    rule: str

    @model_serializer(mode="wrap")
    def _tagged(self, write: SerializerFunctionWrapHandler, info: SerializationInfo) -> Any:
        """The tag is a default, but without it nobody knows which rule is meant."""
        left_out = info.exclude_unset or info.exclude_defaults
        return {"rule": self.rule, **write(self)} if left_out else write(self)


@cache
def rules_in(family: type[Rule]) -> dict[str, type[Rule]]:
    """The rules of a family by tag, in alphabetical order.

    Errors: two rules with the same tag.
    """
    package = importlib.import_module(family.__module__)
    for module in pkgutil.iter_modules(getattr(package, "__path__", [])):
        importlib.import_module(f"{family.__module__}.{module.name}")
    for point in entry_points(group="simulator.rules"):
        point.load()
    found: dict[str, type[Rule]] = {}
    for rule in _leaves(family):
        tag = rule.model_fields["rule"].default
        if not isinstance(tag, str):
            continue
        if tag in found and found[tag] is not rule:
            raise TypeError(f"two rules are tagged {tag!r}: {found[tag].__qualname__} and {rule.__qualname__}")
        found[tag] = rule
    return dict(sorted(found.items()))


def _leaves(family: type[Rule]) -> list[type[Rule]]:
    below = [rule for child in family.__subclasses__() for rule in _leaves(child)]
    return [family, *below]


class OneOf:
    """Marks a scenario field that holds one rule of a family, chosen by `rule:`."""

    def __get_pydantic_core_schema__(self, family: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        choices = {tag: handler.generate_schema(cls) for tag, cls in rules_in(family).items()}
        return core_schema.tagged_union_schema(choices, discriminator="rule")
