"""The catalogues of rules, KPIs and gallery scenarios, on the terminal and as pages of the documentation."""

import inspect
import json
import re
import types
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.fields import FieldInfo

from simulator.drawing.terminal import Grid, Screen
from simulator.field_docs import field_docs
from simulator.measures.registry import SCOR
from simulator.replication.measure import catalogue
from simulator.rules.accepting import AcceptanceRule
from simulator.rules.allocating import AllocationRule
from simulator.rules.classifying import SegmentationRule
from simulator.rules.dispatching import DispatchRule
from simulator.rules.disposing import DispositionRule
from simulator.rules.family import Rule, rules_in
from simulator.rules.judging import ExperienceRule
from simulator.rules.notifying import NotificationRule
from simulator.rules.promising import PromiseRule
from simulator.rules.repairing import PartSourceRule, RepairOrReplaceRule
from simulator.rules.replenishing import ReplenishmentRule
from simulator.rules.routing import RoutingRule
from simulator.rules.sourcing import SourcingRule
from simulator.rules.stockout import StockoutRule
from simulator.rules.surveying import SurveyRule
from simulator.scenario.assumed_defaults import in_few_digits
from simulator.scenario.calendars import Days, Opening
from simulator.scenario.demand import DemandRule
from simulator.scenario.distributions import Distribution, Duration
from simulator.scenario.scenario import Scenario
from simulator.units import Clock, Cost, Date, Factor, FirstDay, Hours, Money, PerHour, Share, Units, Weight, Zone

FAMILIES: dict[str, type[Rule]] = {
    "demand": DemandRule,
    "replenishment": ReplenishmentRule,
    "allocation": AllocationRule,
    "promise": PromiseRule,
    "stockout": StockoutRule,
    "segmentation": SegmentationRule,
    "sourcing": SourcingRule,
    "acceptance": AcceptanceRule,
    "disposition": DispositionRule,
    "notification": NotificationRule,
    "experience": ExperienceRule,
    "survey": SurveyRule,
    "routing": RoutingRule,
    "dispatch": DispatchRule,
    "parts": PartSourceRule,
    "replacement": RepairOrReplaceRule,
}
"""The families of rules by the name under which a scenario uses them."""


def _screen() -> Screen:
    """A terminal, or a page wide enough for a table where the output goes into a file."""
    screen = Screen()
    return screen if screen.is_terminal else Screen(width=180)


def _table(*heads: str) -> Grid:
    table = Grid()
    for head in heads:
        table.add_column(head)
    return table


def rules() -> Iterator[tuple[str, str, type[Rule]]]:
    """Family, tag and class of every rule."""
    for family, base in FAMILIES.items():
        for tag, rule in rules_in(base).items():
            yield family, tag, rule


def summary(documented: object) -> str:
    """The first sentence of a docstring."""
    return (inspect.getdoc(documented) or "").split("\n")[0]


def print_rules(tag: str | None) -> bool:
    """Print all rules, or the whole documentation of those with a tag; False if there is none."""
    screen = _screen()
    if tag is None:
        table = _table("Family", "rule:", "What it does")
        for family, name, rule in rules():
            table.add_row(family, name, summary(rule))
        screen.print(table)
        return True
    found = [(family, rule) for family, name, rule in rules() if name == tag]
    for family, rule in found:
        screen.say(f"{tag} ({family})", "bold")
        screen.say(f"\n{explanation(rule)}\n")
        meanings, hints = field_docs(rule), typing.get_type_hints(rule, include_extras=True)
        for name, field in rule.model_fields.items():
            if name != "rule":
                said = default(field, hints[name]).strip("*")
                need = "required" if field.is_required() else f"default {said}" if said else "may be left out"
                kind = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", words(hints[name]))
                screen.say(f"  {field.alias or name} ({kind}; {need}): {meanings.get(name, '')}")
    return bool(found)


def explanation(documented: object) -> str:
    """A docstring without its doctests."""
    return (inspect.getdoc(documented) or "").split(">>>")[0].strip()


def print_kpis(name: str | None) -> bool:
    """Print all KPIs, or the whole definition of one; False if there is none of that name."""
    screen, found = _screen(), catalogue()
    if name is not None:
        if name in found:
            kpi = found[name]
            screen.say(f"{name} ({kpi.unit}; better: {kpi.better}; {SCOR}: {kpi.scor or 'none'})", "bold")
            screen.say(
                f"Denominator: {kpi.denominator}\n{'Followed to the end' if kpi.follows else 'Up to the horizon'}\n\n"
                f"{kpi.definition}"
            )
        return name in found
    table = _table("KPI", "Unit", "Better", "Of", SCOR)
    for each in found.values():
        table.add_row(each.name, each.unit, each.better, each.denominator, each.scor)
    screen.print(table)
    return True


def print_gallery() -> None:
    """Print the names of the gallery scenarios with the question each answers."""
    from simulator.scenario.reading.load import gallery_names, load

    table = _table("Scenario", "What it shows")
    for name in gallery_names():
        loaded = load(name)
        table.add_row(name, f"{loaded.name}. {summary_of(loaded.about)}")
    _screen().print(table)


def summary_of(about: str) -> str:
    """The first line of a scenario's `about`."""
    return about.strip().split("\n")[0]


MADE = "<!-- Made from the code by docs/generate.py; change the docstrings, not this page. -->\n"
WORDS: dict[Any, str] = {
    Hours: 'duration, such as "2 days"',
    PerHour: 'rate, such as "24 per day"',
    Share: 'share, such as 0.25 or "25 %"',
    Clock: 'time of day, such as "14:30"',
    Units: "units",
    Money: "money",
    Weight: "weight",
    Factor: "factor",
    Cost: 'cost rate, such as "0.10 per unit per day"',
    Date: "date, such as 2026-01-05",
    FirstDay: "date, such as 2026-01-05",
    Days: 'days, such as "mon-fri"',
    Opening: 'hours, such as "08:00-17:00"',
    Zone: "time zone, such as Europe/Berlin",
    float: "number",
    int: "whole number",
    str: "text",
    bool: "true or false",
    type(None): "nothing",
}


def pages() -> dict[str, str]:
    """The made pages by file name."""
    return {"scenario.md": scenario_reference(), "rules.md": rule_catalogue(), "kpis.md": kpi_catalogue()}


def scenario_reference() -> str:
    """Every section and key of a scenario."""
    return "\n".join([MADE, "# Scenario reference\n", *_sections(), *_distributions()]) + "\n"


def _sections() -> Iterator[str]:
    yield "A scenario is one YAML file. What a section leaves out is switched off.\n"
    seen: list[type[BaseModel]] = []
    _collect(Scenario, seen)
    for model in seen:
        if issubclass(model, (Distribution, Rule)) or model.__pydantic_generic_metadata__["origin"] is not None:
            continue  # rules and laws of chance have tables of their own
        yield f"## {model.__name__}\n\n{explanation(model)}\n"
        yield from _fields(model)


def _collect(model: type[BaseModel], seen: list[type[BaseModel]]) -> None:
    """The models below a model, each once, in the order of reading."""
    if model in seen:
        return
    seen.append(model)
    for field in model.model_fields.values():
        for inner in _models(field.annotation):
            _collect(inner, seen)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _models(inner)


def _fields(model: type[BaseModel]) -> Iterator[str]:
    hints, meanings = typing.get_type_hints(model, include_extras=True), field_docs(model)
    yield "| key | what | default | meaning |\n|---|---|---|---|"
    for name, field in model.model_fields.items():
        if name == "rule":
            continue
        meaning = meanings.get(name, "").replace("\n", " ").replace("|", "\\|")
        yield f"| `{field.alias or name}` | {words(hints[name])} | {default(field, hints[name])} | {meaning} |"
    yield ""


def default(field: FieldInfo, hint: Any) -> str:
    """The default of a field as a scenario writes it, so that it can be pasted; "" where that switches something off.

    >>> from simulator.model import Model
    >>> class Break(Model):
    ...     length: Hours = 0.5
    ...     days: Days = (0, 1, 2, 3, 4, 5, 6)
    >>> [default(Break.model_fields[name], hint) for name, hint in (("length", Hours), ("days", Days))]
    ['30 min', 'daily']
    """
    if field.is_required():
        return "**required**"
    value = field.get_default(call_default_factory=True)
    if value is None or value in ({}, (), "") or (isinstance(value, BaseModel) and not isinstance(value, Rule)):
        return ""
    rules = value if isinstance(value, tuple) else (value,)
    if isinstance(rules[0], Rule):
        said = ", ".join(f"{{rule: {rule.rule}}}" for rule in rules)
        return f"`{said}`" if len(rules) == 1 else f"`[{said}]`"
    if isinstance(value, dict) and any(isinstance(each, BaseModel) for each in value.values()):
        return "`{" + ", ".join(f"{name}: {{}}" for name in value) + "}`"
    written = in_few_digits(TypeAdapter(hint).dump_python(value, mode="json"))
    if value == tuple(range(7)):
        return "daily"
    if isinstance(written, float) and written.is_integer():
        return f"{written:.0f}"
    return written if isinstance(written, str) else json.dumps(written)


def words(annotation: Any) -> str:
    """A type in a planner's words.

    >>> words(Hours | None), words(dict[str, float]), words(tuple[int, ...])
    ('duration, such as "2 days"', 'number by name', 'list of whole number')
    """
    if annotation in WORDS:
        return WORDS[annotation]
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _annotated(annotation, inner[0])
    if origin is typing.Literal:
        return " or ".join(f"`{value}`" for value in inner)
    if origin in (typing.Union, types.UnionType):
        return ", or ".join(dict.fromkeys(words(each) for each in inner if each is not type(None)))
    if origin is dict:
        return f"{words(inner[1])} by name"
    if origin is tuple:
        several = words(inner[0])
        return f"{several}, or a list of them" if "rules.md" in several else f"list of {several}"
    if isinstance(annotation, type) and issubclass(annotation, Distribution):
        return "random duration" if issubclass(annotation, Duration) else "random quantity"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return "text"


def _annotated(annotation: Any, inner: Any) -> str:
    for family, base in FAMILIES.items():
        if inner is base:
            return f"a [{family} rule](rules.md#{family})"
    for known, said in WORDS.items():
        parts = typing.get_args(known)  # of a quantity with limits, those without come first
        if parts and parts == typing.get_args(annotation)[: len(parts)]:
            return said
    return words(inner)


def _distributions() -> Iterator[str]:
    yield "## Random durations and quantities\n"
    yield (
        "A plain value is a constant: `2 days`, `3`. Otherwise one of these names with its parameters:\n"
        "`{gamma: {mean: 21 days, cv: 0.3}}`. Durations carry units, quantities do not. A duration that\n"
        "counts steps (poisson, geometric, negative_binomial) names the `step`, such as `1 day`.\n"
    )
    yield "| name | parameters | what it is |\n|---|---|---|"
    for name, field in Duration.model_fields.items():
        law = next(_models(field.annotation), None)
        if name == "constant" or law is None:
            continue
        if name == "mixture":
            yield "| `mixture` | list of `{share, of}` | One of several distributions, each with its share. |"
            continue
        parameters = ", ".join(f"`{key}`" for key in law.model_fields)
        yield f"| `{name}` | {parameters} | {summary(law)} |"


def rule_catalogue() -> str:
    """Every rule, with its settings and an example."""
    parts = [MADE, "# Rules\n", "`simulator rules` lists them; each is chosen by its tag under `rule:`.\n"]
    for family, base in FAMILIES.items():
        parts.append(f"## {family}\n\n{explanation(base)}\n")
        for tag, rule in rules_in(base).items():
            parts.append(f"### {tag}\n\n{explanation(rule)}\n")
            parts += _fields(rule)
    return "\n".join(parts) + "\n"


def kpi_catalogue() -> str:
    """Every KPI with its definition."""
    parts = [
        MADE,
        "# KPIs\n",
        "`simulator kpis` lists them. Times are in hours, money in the scenario's own currency.\n",
    ]
    for kpi in catalogue().values():
        code = ("; followed to the end" if kpi.follows else "") + (f"; {SCOR} {kpi.scor}" if kpi.scor else "")
        parts.append(f"## {kpi.name}\n\n*{kpi.unit}; better: {kpi.better}; denominator: {kpi.denominator}{code}*\n")
        parts.append(inspect.cleandoc(kpi.definition).split(">>>")[0].strip() + "\n")
    return "\n".join(parts) + "\n"
