"""Section 3 of the card: where the inputs come from, what they are, and which were assumed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from simulator.reports.appendix import assumed
from simulator.reports.card.markdown import code, line, paragraph, table
from simulator.reports.card.settings import MOST, Part, named, settings
from simulator.reports.card.tables import listed_alone, side_by_side
from simulator.reports.wording import counted, figure
from simulator.scenario.plan import expected_demand
from simulator.scenario.scenario import Scenario
from simulator.units import WEEK

ELSEWHERE = ("name", "about", "run", "products", "assumptions")
"""Sections of a scenario that the card tells in places of their own."""


def sources(scenario: Scenario) -> Iterator[str]:
    history = scenario.market.history
    if history is None:
        yield from paragraph("All inputs are in the scenario file; no order history is read during a run.")
    else:
        yield from paragraph(f"An order history is read: {code(Path(history.file).name)}. "
                             "The hash below is of its content too.")  # fmt: skip
    said = f"Said to be assumed: {counted(len(scenario.assumptions), 'input')} (3.4). " if scenario.assumptions else ""
    yield from paragraph(f"{said}Where inputs come from is told, if at all, in the comments of the scenario file.")


def preprocessing(scenario: Scenario) -> Iterator[str]:
    history = scenario.market.history
    if history is None:
        yield from paragraph("None at run time. A scenario that `simulator fit` wrote says in its comments what was "
                             "estimated from which columns, and how well it fits.")  # fmt: skip
        return
    said = ", ".join(f"{code(column)} is {role}" for role, column in history.columns.model_dump().items()
                     if column is not None and role != "sale")  # fmt: skip
    yield from paragraph("Lines of the history are put together to orders by order number, in the order of time. "
                         f"Columns: {said}.")  # fmt: skip
    if history.columns.type is not None:
        yield from paragraph(f"Only lines of type {code(history.columns.sale)} are read.")


def parameters(scenario: Scenario) -> Iterator[str]:
    """Every section of the scenario, as it is written."""
    yield from paragraph("Values stand as the scenario writes them. Distributions are named with their parameters; a "
                         "value alone is a constant.")  # fmt: skip
    yield from _products(scenario)
    for name, field in type(scenario).model_fields.items():
        value = getattr(scenario, name)
        if name not in ELSEWHERE and isinstance(value, BaseModel):
            section = Part((), value, scenario.source.get(name), name in scenario.source)
            yield from [f"#### {name.capitalize()}", "", line(field.description or ""), ""]
            yield from _section(section)


def _section(section: Part) -> Iterator[str]:
    """What a section holds by name in tables, then its single settings, then what it leaves out."""
    held = {field: found for field in type(section.model).model_fields if (found := named(section, field))}
    for field, found in held.items():
        text = line(type(section.model).model_fields[field].description or "")
        yield from [f"**{field.replace('_', ' ').capitalize()}.** {text}", ""]
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
    fields = [name for name in ("price", "cost", "popularity", "group", "sku_class", "demand_class", "substitutes")
              if any(getattr(each, name) for each in scenario.products.values())]  # fmt: skip
    yield from ["#### Products", "", f"{counted(len(ranked), 'SKU')}, by expected sales.", ""]
    rows = ([line(sku), figure(demand[sku]), *(_cell(getattr(scenario.products[sku], name)) for name in fields)]
            for sku in shown)  # fmt: skip
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
