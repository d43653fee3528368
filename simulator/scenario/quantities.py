"""Quantities of products as a scenario states them: each is a whole number of units, or of a smallest quantity."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, get_args

import numpy as np

from simulator.model import Model
from simulator.scenario.distributions import Quantity
from simulator.scenario.errors import At, dotted
from simulator.scenario.market import Basket, Market
from simulator.scenario.network import Network
from simulator.scenario.products import Product
from simulator.scenario.service import Service
from simulator.unit_steps import DECIMALS, MOST, NEAR, ONE, UnitStep, UnitSteps, step_of
from simulator.units import COUNTED

Path = tuple[str | int, ...]
Products = Mapping[str, Product]
DRAWS, CLOSE = 20_000, 0.01
"""So many draws tell whether rounding them leaves their mean as it is, to this share of it."""


def quantity_faults(market: Market, products: Products, network: Network, service: Service) -> Iterator[At]:
    """Quantities that are no whole number of the smallest one of a product that they are for."""
    every = list(products)
    for name, segment in market.segments.items():
        place: Path = ("market", "segments", name)
        if segment.basket is not None:
            yield from _basket((*place, "basket"), segment.basket, products)
        for channel, use in (segment.channels or {}).items():
            if not isinstance(use, float) and use.basket is not None:
                yield from _basket((*place, "channels", channel, "basket"), use.basket, products)
    for name, site in network.sites.items():
        for sku, rule in (site.stock or {}).items():
            mine = [sku] if sku != "default" else [each for each in every if each not in (site.stock or {})]
            path: Path = ("network", "sites", name, "stock", sku)
            yield from _stated(path, rule, mine, products)
            for each, receipt in enumerate(rule.receipts):
                yield from _stated((*path, "receipts", each), receipt, mine, products)
        if (flow := site.returns.independent) is not None:
            mine = [sku for sku in flow.items or every if sku in products]
            yield from _law(("network", "sites", name, "returns", "independent", "units"), flow.units, mine, products)
    for name, kept in market.channels.items():
        for field in ("protected", "record"):
            if (model := getattr(kept, field)) is not None:
                yield from _stated(("market", "channels", name, field), model, every, products)
        if kept.record is not None and kept.record.error is not None:
            yield from _law(("market", "channels", name, "record", "error"), kept.record.error, every, products)
    yield from _stated(("service", "allocation"), service.allocation, every, products)
    chains = [(("service",), service.stockout)]
    chains += [(("service", "rules", place), rule.stockout or ()) for place, rule in enumerate(service.rules)]  # type: ignore[misc]
    for place, chain in chains:
        for index, response in enumerate(chain):
            where = (*place, "stockout", index) if len(chain) > 1 else (*place, "stockout")
            yield from _stated(where, response, every, products)
    yield from _substitutes(products)


def _substitutes(products: Products) -> Iterator[At]:
    for sku, product in products.items():
        for other in product.substitutes:
            if other in products and products[other].step != product.step:
                yield At(
                    ("products", sku, "substitutes", other),
                    f"{other!r} is counted in steps of {products[other].step:g}, {sku!r} in steps of {product.step:g}",
                    "what stands in for a product has the same step",
                )


def _basket(place: Path, basket: Basket, products: Products) -> Iterator[At]:
    if basket.lines is not None:
        yield from _of_step((*place, "lines"), basket.lines, ONE, None)
    for index, kind in enumerate(basket.orders or ()):
        for sku, law in kind.lines.items():
            if sku in products:
                yield from _law((*place, "orders", index, "lines", sku), law, [sku], products)
    weights = basket.items or {sku: product.popularity for sku, product in products.items()}
    asked = [sku for sku, weight in weights.items() if weight and sku in products]
    if basket.units is not None:
        yield from _law((*place, "units"), basket.units, asked, products)
    for group, law in (basket.units_by_group or {}).items():
        mine = [sku for sku in asked if products[sku].group == group]
        yield from _law((*place, "units_by_group", group), law, mine, products)


def _law(place: Path, law: Quantity, skus: Iterable[str], products: Products) -> Iterator[At]:
    """The first product for which a law will not do."""
    faults = (fault for step, sku in _by_step(skus, products) for fault in _of_step(place, law, step, sku))
    yield from islice(faults, 1)


def _of_step(place: Path, law: Quantity, step: UnitStep, sku: str | None) -> Iterator[At]:
    for path, value in _written(law):
        if not step.holds(value):
            yield At((*place, *path), *_told(value, step, sku))
            return
    if _drawn_between(law) and (fault := _lost_by_rounding(place, law, step, sku)):
        yield fault


def _written(law: Quantity) -> Iterator[tuple[Path, float]]:
    """The values of a law that are stated one by one, with the way to each."""
    if law.constant is not None:
        yield (), law.constant
    if law.empirical is not None and law.empirical.values is not None:
        yield from ((("empirical", "values"), value) for value, weight in law.empirical.values if weight)
    for name in ("poisson", "geometric", "negative_binomial"):
        if (count := getattr(law, name)) is not None:
            yield (name, "step") if count.step is not None else (name,), count.step or 1.0
            yield (name, "minimum"), count.minimum or 0.0
    for index, part in enumerate(law.mixture or ()):
        yield from ((("mixture", index, "of", *path), value) for path, value in _written(part.of))


def _drawn_between(law: Quantity) -> bool:
    """Whether a law, or a part of it, draws what is no whole number."""
    if law.mixture is not None:
        return any(_drawn_between(part.of) for part in law.mixture)
    stated = next(iter(law.model_fields_set))
    whole = law.empirical is not None and law.empirical.values is not None
    return not whole and stated not in ("constant", "poisson", "geometric", "negative_binomial")


def _lost_by_rounding(place: Path, law: Quantity, step: UnitStep, sku: str | None) -> At | None:
    drawn = law.sample(np.random.default_rng(0), DRAWS)
    mean, rounded = float(drawn.mean()), float(np.rint(drawn / step.size).mean()) * step.size
    if abs(rounded - mean) <= CLOSE * mean:
        return None
    size = 10.0 ** max(math.floor(math.log10(mean / 100)), -DECIMALS)
    of = "whole numbers" if step is ONE else f"multiples of {step.size:g}"
    return At(
        place,
        f"drawn quantities are rounded to {of}: their mean is then {rounded:.3g}, not {mean:.3g}",
        f"give the product a smaller step, such as {dotted(['products', sku, 'step'])}: {size:g}"
        if sku is not None
        else "give a law of whole numbers, such as poisson or geometric",
    )


def _told(value: float, step: UnitStep, sku: str | None) -> tuple[str, str]:
    """What is wrong with a stated quantity, and what would be right."""
    if abs(value) / step.size >= MOST / 1000:
        return f"{value:g} is too much to be counted in steps of {step.size:g}", "a smaller quantity, or a larger step"
    below = step.of(math.floor(value / step.size))
    near = f"{step.of(step.count(below) + 1):.10g}"
    near = f"{below:.10g} or {near}" if below > 0 else near
    if sku is None:
        return f"a whole number is expected; found {value:g}", f"such as {near}"
    fits = next((digits for digits in range(1, DECIMALS) if round(value, digits) == value), DECIMALS)
    finer = f"{dotted(['products', sku, 'step'])}: {10.0**-fits:g}"
    if step is ONE:
        said = f"{sku!r} is counted in whole units; found {value:.10g}"
        return said, f"write {near}, or give the product its smallest quantity, such as {finer}"
    said = f"{sku!r} is counted in steps of {step.size:g}; found {value:.10g}"
    return said, f"write {near}, or give the product a smaller step, such as {finer}"


def _stated(place: Path, model: Model, skus: Sequence[str], products: Products) -> Iterator[At]:
    """The quantities of a model, each for some products."""
    steps = _by_step(skus, products)
    for name, key, value in counted(model):
        path = (name,) if key is None else (name, str(key))
        faults = (At((*place, *path), *_told(value, step, sku)) for step, sku in steps if not step.holds(value))
        yield from islice(faults, 1)


def _by_step(skus: Iterable[str], products: Products) -> list[tuple[UnitStep, str]]:
    """The steps of some products, each with the first of these that has it; what is no product has none."""
    found: dict[float, str] = {}
    for sku in (sku for sku in skus if sku in products):
        found.setdefault(products[sku].step, sku)
    return [(step_of(size), sku) for size, sku in found.items()]


def of_history(skus: Sequence[str], units: np.ndarray, products: Products) -> Iterator[tuple[int, str, str]]:
    """The first line of each SKU of a history whose units are no whole number: its place, what is wrong, and a hint."""
    places = {sku: place for place, sku in enumerate(products)}
    known = np.array([places.get(sku, -1) for sku in skus], dtype=int)
    rows = np.flatnonzero(known >= 0)
    steps = UnitSteps(product.step for product in products.values())
    off = rows[np.abs(steps.exact(units[rows], known[rows]) - units[rows]) > NEAR]
    for row in off[np.sort(np.unique(known[off], return_index=True)[1])].tolist():
        yield row, *_told(float(units[row]), step_of(products[skus[row]].step), skus[row])


def counted(model: Model) -> Iterator[tuple[str, Any, float]]:
    """The quantities that a model states, in units: name of the field, key where it holds several or None, units."""
    for name in _counted_fields(type(model)):
        value = getattr(model, name)
        several = value.items() if isinstance(value, dict) else [(None, value)]
        yield from ((name, key, each) for key, each in several if each is not None)


@cache
def _counted_fields(kind: type[Model]) -> tuple[str, ...]:
    """The fields of a model that hold units."""
    fields = kind.model_fields.items()
    return tuple(name for name, field in fields if COUNTED in field.metadata or _marked(field.annotation))


def _marked(annotation: Any) -> bool:
    return annotation == COUNTED or any(_marked(each) for each in get_args(annotation))
