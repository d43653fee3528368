"""How a `rule:` in YAML finds its class: the only magic.

A family is a base class. Its rules are the classes below it, each with a literal default for `rule`; those of the
simulator are in the family's module, or in the modules of its package. A new rule is one new class. Users add
theirs from a file of their own (`simulator.plugins`), from an installed package, or from their script.
"""

import importlib
import pkgutil
from typing import Any, get_args

from pydantic import GetCoreSchemaHandler, SerializationInfo, SerializerFunctionWrapHandler, model_serializer
from pydantic_core import CoreSchema, core_schema

from simulator.model import Model
from simulator.plugins import added, load_installed, taken

_rules: dict[type["Rule"], dict[str, type["Rule"]]] = {}
"""The rules of each family by tag."""


class Rule(Model):
    """A rule holds its settings and decides; it keeps no state and sees no clock, random numbers or world."""

    rule: str

    @classmethod
    def __pydantic_init_subclass__(cls, **given: Any) -> None:
        """Register a rule under its tag.

        Errors: TypeError if another rule of the family has the tag, or if it is not written as it has to be.
        """
        super().__pydantic_init_subclass__(**given)
        family = next(base for base in cls.__mro__ if Rule in base.__bases__)
        rules, stated = _rules.setdefault(family, {}), cls.model_fields["rule"]
        tag = stated.default
        if not isinstance(tag, str):  # a family, or what several rules have in common
            return
        before = rules.get(tag)
        if before is not None and (error := taken(f"a rule tagged {tag!r}", before, cls)):
            raise error
        if get_args(stated.annotation) != (tag,):
            raise TypeError(f'{cls.__name__} states its tag as `rule: Literal["{tag}"] = "{tag}"`')
        rules[tag] = cls
        added(cls, lambda: _forget(family, tag))

    @model_serializer(mode="wrap")
    def _tagged(self, write: SerializerFunctionWrapHandler, info: SerializationInfo) -> Any:
        """The tag is a default, but without it nobody knows which rule is meant."""
        left_out = info.exclude_unset or info.exclude_defaults
        return {"rule": self.rule, **write(self)} if left_out else write(self)


def _forget(family: type[Rule], tag: str) -> None:
    _rules[family].pop(tag, None)


def rules_in(family: type[Rule]) -> dict[str, type[Rule]]:
    """The rules of a family by tag, in alphabetical order."""
    package = importlib.import_module(family.__module__)
    for module in pkgutil.iter_modules(getattr(package, "__path__", [])):
        importlib.import_module(f"{family.__module__}.{module.name}")
    load_installed()
    return dict(sorted(_rules[family].items()))


class OneOf:
    """Marks a scenario field that holds one rule of a family, chosen by `rule:`."""

    def __get_pydantic_core_schema__(self, family: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        choices = {tag: handler.generate_schema(cls) for tag, cls in rules_in(family).items()}
        return core_schema.tagged_union_schema(choices, discriminator="rule")
