"""Section 3 of the card: any part of a scenario as rows and tables, where inputs come from, and which were assumed."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from simulator.drawing.wording import counted, figure, lasting
from simulator.field_docs import field_docs
from simulator.planning.expected_demand import expected_demand
from simulator.reports.card_text import code, line, paragraph, table
from simulator.reports.page import assumed
from simulator.rules.family import Rule
from simulator.scenario.distributions import Distribution, Duration
from simulator.scenario.errors import dotted
from simulator.scenario.scenario import Scenario
from simulator.units import WEEK, hours

LONGEST = 31
"""So many values are shown one by one: the days of a month. Of more, only the ten largest."""
MOST = 10


class Setting(NamedTuple):
    """One value that a part of a scenario sets."""

    path: str
    """Where, from that part on."""
    value: str
    meaning: str
    stated: bool
    """Whether the scenario says so; else it is the default."""


class Part(NamedTuple):
    """One model inside another, with the plain data it was made of."""

    path: tuple[str | int, ...]
    model: BaseModel
    written: Any
    stated: bool


def settings(part: Part) -> Iterator[Setting]:
    """What a part sets, and what its parts set, without what is empty or switched off."""
    if isinstance(part.model, Rule):
        yield Setting(dotted((*part.path, "rule")), part.model.rule, "Which rule: see 2.4.", True)
    meanings = field_docs(type(part.model))
    for name, field, value, written, stated in _fields(part):
        path, meaning = (*part.path, name), meanings.get(name, "")
        inner = list(_inner(path, value, written, stated))
        for each in inner:
            yield from settings(each)
        plain = {}
        if inner and isinstance(written, Mapping) and isinstance(value, Mapping):  # plain values beside parts
            plain = {(*path, key): text(written[key]) for key in value if (*path, key) not in {i.path for i in inner}}
        elif not inner and part.path[-1:] != (value,):  # the part's own name is said already
            plain = {path: text(written) if stated else _default(value, field) if value else ""}
        yield from (Setting(dotted(at), said, meaning, stated) for at, said in plain.items() if said)


def parts(part: Part) -> Iterator[Part]:
    """A part and all the parts below it, in the order of reading."""
    yield part
    for name, _, value, written, stated in _fields(part):
        for inner in _inner((*part.path, name), value, written, stated):
            yield from parts(inner)


def named(part: Part, field: str) -> dict[str, Part]:
    """The parts that a part holds by name, such as the segments of a market; paths start anew from each."""
    for name, _, value, written, stated in _fields(part):
        if name == field and isinstance(value, Mapping):
            inner = _inner((), value, written, stated)
            return {str(each.path[0]): each._replace(path=()) for each in inner}
        if name == field and isinstance(value, tuple):
            inner = _inner((), value, written, stated)
            return {_called(each.model, place): each._replace(path=()) for place, each in enumerate(inner, 1)}
    return {}


def _called(model: BaseModel, place: int) -> str:
    return str(getattr(model, "name", None) or getattr(model, "stage", None) or place)


Field = tuple[str, FieldInfo, Any, Any, bool]


def _fields(part: Part) -> Iterator[Field]:
    """Name, field, value, plain data, and whether it is stated, of each field but the rule's tag."""
    for attribute, field in type(part.model).model_fields.items():
        if attribute == "rule":
            continue
        name = field.alias or attribute
        stated = part.stated and isinstance(part.written, Mapping) and name in part.written
        yield name, field, getattr(part.model, attribute), part.written[name] if stated else None, stated


def _inner(path: tuple[str | int, ...], value: Any, written: Any, stated: bool) -> Iterator[Part]:
    """The parts that a field holds: itself, by name or in a list."""
    if _is_part(value, written, stated):
        yield Part(path, value, written, stated)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            its = written.get(name) if isinstance(written, Mapping) else None
            if _is_part(each, its, stated):
                yield Part((*path, name), each, its, stated)
    elif isinstance(value, tuple):
        listed = written if isinstance(written, Sequence) and not isinstance(written, str) else [written]
        for place, each in enumerate(value):
            its = listed[place] if place < len(listed) else None
            if _is_part(each, its, stated):
                yield Part((*path, getattr(each, "stage", place)), each, its, stated)  # a stage has one place only


def _is_part(value: Any, written: Any, stated: bool) -> bool:
    """Whether a value is looked into: a model that is not written as a plain value or a distribution."""
    model = isinstance(value, BaseModel) and not isinstance(value, Distribution)
    return model and (not stated or isinstance(written, Mapping))


def text(value: Any) -> str:
    """Plain data as a person reads it; of long tables the ten largest.

    >>> text({"gamma": {"mean": "3 weeks", "cv": 0.3}}), text(["web", "edi"]), text({"rule": "fixed", "time": "2 days"})
    ('gamma (mean: 3 weeks, cv: 0.3)', 'web, edi', 'fixed (time: 2 days)')
    """
    if isinstance(value, Mapping):
        return _table(value)
    if isinstance(value, (list, tuple)):
        shown = [text(each) for each in value[:LONGEST]]
        more = [f"and {len(value) - LONGEST} more"] if len(value) > LONGEST else []
        return ("; " if any(isinstance(each, Mapping) for each in value) else ", ").join([*shown, *more])
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def _table(value: Mapping[Any, Any]) -> str:
    if len(value) == 1 and isinstance(only := next(iter(value.values())), Mapping):
        return f"{next(iter(value))} ({text(only)})"
    if "rule" in value:
        rest = {key: each for key, each in value.items() if key != "rule"}
        return f"{value['rule']} ({text(rest)})" if rest else str(value["rule"])
    keys = list(value)
    if len(keys) > LONGEST:
        keys = largest(value)
    shown = [f"{key}: {_in_brackets(value[key])}" for key in keys]
    return ", ".join([*shown, *([f"and {len(value) - len(keys)} more"] if len(keys) < len(value) else [])])


def _in_brackets(value: Any) -> str:
    said = text(value)
    return f"({said})" if isinstance(value, (Mapping, list)) and len(value) > 1 else said


def largest(value: Mapping[Any, Any]) -> list[Any]:
    """The keys of the ten largest numbers; the first ten where the values are no numbers."""
    if all(isinstance(each, (int, float)) for each in value.values()):
        return sorted(value, key=lambda key: -value[key])[:MOST]
    return list(value)[:MOST]


def _default(value: Any, field: FieldInfo) -> str:
    """A value that nobody wrote, with its unit."""
    if isinstance(value, Distribution):
        if value.constant is None:
            return text(value.model_dump(exclude_unset=True))
        return lasting(value.constant) if isinstance(value, Duration) else text(float(value.constant))
    is_time = any(getattr(each, "func", None) is hours for each in field.metadata)
    return lasting(value) if is_time and isinstance(value, float) else text(value)


ABREAST = 4
"""So many parts stand side by side in a table."""


def side_by_side(found: Mapping[str, Part], noun: str) -> Iterator[str]:
    """Parts of one kind: a row for each setting, a column for each part; of many only the first ten."""
    names = list(found)[:MOST] if len(found) > MOST + 2 else list(found)
    for first in range(0, len(names), ABREAST):
        yield from _columns({name: list(settings(found[name])) for name in names[first : first + ABREAST]}, noun)
    if len(names) < len(found):
        yield from paragraph(f"… and {len(found) - len(names)} more.")


def _columns(found: Mapping[str, list[Setting]], noun: str) -> Iterator[str]:
    stated: dict[str, dict[str, Setting]] = {}
    for name, its in found.items():
        for each in its:
            if each.stated:
                stated.setdefault(each.path, {})[name] = each
    rows = [
        [code(path), *(line(cells[name].value) if name in cells else "–" for name in found), _meaning(cells.values())]
        for path, cells in stated.items()
    ]
    yield from table([noun, *map(line, found), "meaning"], rows)
    if not rows:
        yield from paragraph(f"{', '.join(map(line, found))}: all settings are the defaults.")
    yield from paragraph(defaults(each for its in found.values() for each in its))


def _meaning(cells: Iterable[Setting]) -> str:
    return line(next(iter(cells)).meaning)


def listed_alone(found: Sequence[Setting]) -> Iterator[str]:
    """Settings of one part: a row for each."""
    rows = ([code(each.path), line(each.value), line(each.meaning)] for each in found if each.stated)
    yield from table(["setting", "value", "meaning"], rows)
    yield from paragraph(defaults(found))


def defaults(found: Iterable[Setting]) -> str:
    """What nobody wrote and yet holds, in a sentence; what is empty or switched off is not spoken of."""
    said = dict.fromkeys(f"{code(each.path)} {line(each.value)}" for each in found if not each.stated)
    return f"By default: {'; '.join(said)}." if said else ""


ELSEWHERE = ("name", "about", "run", "products", "assumptions")
"""Sections of a scenario that the card tells in places of their own."""


def sources(scenario: Scenario) -> Iterator[str]:
    history = scenario.market.history
    if history is None:
        yield from paragraph("All inputs are in the scenario file; no order history is read during a run.")
    else:
        yield from paragraph(
            f"An order history is read: {code(Path(history.file).name)}. The hash below is of its content too."
        )
    said = f"Said to be assumed: {counted(len(scenario.assumptions), 'input')} (3.4). " if scenario.assumptions else ""
    yield from paragraph(f"{said}Where inputs come from is told, if at all, in the comments of the scenario file.")


def preprocessing(scenario: Scenario) -> Iterator[str]:
    history = scenario.market.history
    if history is None:
        yield from paragraph(
            "None at run time. A scenario that `simulator fit` wrote says in its comments what was "
            "estimated from which columns, and how well it fits."
        )
        return
    said = ", ".join(
        f"{code(column)} is {role}"
        for role, column in history.columns.model_dump().items()
        if column is not None and role != "sale"
    )
    yield from paragraph(
        f"Lines of the history are put together to orders by order number, in the order of time. Columns: {said}."
    )
    if history.columns.type is not None:
        yield from paragraph(f"Only lines of type {code(history.columns.sale)} are read.")


def parameters(scenario: Scenario) -> Iterator[str]:
    """Every section of the scenario, as it is written."""
    yield from paragraph(
        "Values stand as the scenario writes them. Distributions are named with their parameters; a "
        "value alone is a constant."
    )
    yield from _products(scenario)
    for name, meaning in field_docs(type(scenario)).items():
        value = getattr(scenario, name)
        if name not in ELSEWHERE and isinstance(value, BaseModel):
            section = Part((), value, scenario.source.get(name), name in scenario.source)
            yield from [f"#### {name.capitalize()}", "", line(meaning), ""]
            yield from _section(section)


def _section(section: Part) -> Iterator[str]:
    """What a section holds by name in tables, then its single settings, then what it leaves out."""
    held = {field: found for field in type(section.model).model_fields if (found := named(section, field))}
    for field, found in held.items():
        meaning = line(field_docs(type(section.model)).get(field, ""))
        yield from [f"**{field.replace('_', ' ').capitalize()}.** {meaning}", ""]
        yield from side_by_side(found, field.rstrip("s").replace("_", " "))
    rest = [each for each in settings(section) if each.path.split(".")[0].split("[")[0] not in held]
    yield from listed_alone(rest)
    off = [name for name in type(section.model).model_fields if not getattr(section.model, name) and name not in held]
    yield from paragraph(f"Left out, and so not modelled: {', '.join(map(code, off))}." if off else "")


def _products(scenario: Scenario) -> Iterator[str]:
    """The ten products with the largest expected sales; all where there are not many more."""
    demand = {sku: each.mean * WEEK for sku, each in expected_demand(scenario).items()}
    sales = {sku: demand[sku] * product.price for sku, product in scenario.products.items()}
    ranked = sorted(scenario.products, key=lambda sku: -sales[sku])
    shown = ranked[:MOST] if len(ranked) > MOST + 2 else ranked
    fields = [
        name
        for name in ("price", "cost", "popularity", "group", "sku_class", "demand_class", "substitutes")
        if any(getattr(each, name) for each in scenario.products.values())
    ]
    yield from ["#### Products", "", f"{counted(len(ranked), 'SKU')}, by expected sales.", ""]
    rows = (
        [line(sku), figure(demand[sku]), *(_cell(getattr(scenario.products[sku], name)) for name in fields)]
        for sku in shown
    )
    yield from table(["SKU", "units a week", *(name.removeprefix("sku_").replace("_", " ") for name in fields)], rows)
    if len(shown) < len(ranked):
        rest = ranked[len(shown) :]
        share = sum(sales[sku] for sku in rest) / (sum(sales.values()) or 1.0)
        yield from paragraph(f"… and {len(rest)} more, with {figure(share, 'share')} of the expected sales.")


def _cell(value: Any) -> str:
    if isinstance(value, Mapping):
        return line(", ".join(f"{name} {share:g}" for name, share in value.items())) or "–"
    return f"{value:g}" if isinstance(value, float) else line(value or "–")


def assumptions(scenario: Scenario) -> Iterator[str]:
    found = assumed(scenario)
    if not found:
        yield from paragraph("The scenario names none (`assumptions`).")
    yield from table(["input", "value", "why"], ([code(path), line(value), line(why)] for path, value, why in found))
