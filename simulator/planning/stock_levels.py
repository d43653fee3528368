"""Classes at the start of a run, and replenishment rules with all their numbers given."""

import hashlib
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from simulator.model import once
from simulator.planning.exact_level import open_number
from simulator.planning.expected_demand import customer_turnover, expected_demand
from simulator.planning.kept_levels import keep, kept, program
from simulator.planning.level_search import Found, UnreachableError, by_month, search
from simulator.planning.shelf_answers import answers_of
from simulator.planning.shelf_case import ShelfCase, by_the_step, shelf_case
from simulator.planning.shelf_demand import homes
from simulator.rules.classifying import SegmentationRule, Turnover
from simulator.rules.replenishing import ReplenishmentRule
from simulator.rules.service_target import ServiceTarget
from simulator.scenario.errors import dotted
from simulator.scenario.scenario import Scenario
from simulator.textbook.targets import Demand, LeadTime
from simulator.unit_steps import step_of


@once
def product_classes(scenario: Scenario) -> list[str | None]:
    """The class of each product at the start, in the order of the products; None where it has none."""
    rule = scenario.segmentation.products
    if rule is None:
        return [product.sku_class for product in scenario.products.values()]
    return [*rule.classes(list(scenario.products), product_turnover(scenario, rule))]


def product_turnover(scenario: Scenario, rule: SegmentationRule) -> Turnover:
    """What each product is expected to sell in an hour, over all sites, at its list price."""
    demand = expected_demand(scenario).values()
    units = np.array([each.mean for each in demand])
    spread = np.sqrt(np.array([each.variance for each in demand]) * rule.period)
    price = np.array([product.price for product in scenario.products.values()])
    cost = np.array([product.cost for product in scenario.products.values()])
    safe = np.where(units > 0, units * (rule.period or 1.0), 1.0)
    return Turnover(units * price, units * (price - cost), units, np.where(units > 0, spread / safe, np.inf))


@once
def customer_classes(scenario: Scenario) -> dict[str, str]:
    """The class of each customer at the start, by name; empty where customers are not put into classes.

    Errors: HistoryError if the order history cannot be read.
    """
    rule = scenario.segmentation.customers
    if rule is None:
        return {}
    names, bought = customer_turnover(scenario, rule.period)
    return dict(zip(names, rule.classes(names, bought), strict=True))


Sized = dict[str, tuple[str, ReplenishmentRule]]


@once
def sized_rules(scenario: Scenario, site: str) -> Sized:
    """Supplier and replenishment rule of every SKU at a site at the start of the run; worked out once."""
    return {sku: (shelf.supplier, shelf.rule) for sku, shelf in sized_shelves(scenario, site).items()}


@once
def ordering_rules(scenario: Scenario, site: str) -> Sized:
    """The same, good for nothing but how much is ordered and how often: a level is found only if that depends on it."""
    stated = {sku: stated_rule(scenario, site, sku) for sku in scenario.products}
    if any(_open(scenario, site, sku) and not rule.shifts for sku, (_, rule) in stated.items()):
        with suppress(TargetError):
            return sized_rules(scenario, site)
    expected = expected_demand(scenario, site)
    demand = {sku: expected[sku].counted_in(product.step) for sku, product in scenario.products.items()}

    def lowest(sku: str, rule: ReplenishmentRule) -> ReplenishmentRule:
        return by_the_step(scenario, sku, rule, lambda each: each.at_level(0.0, demand[sku]) or each)

    return {
        sku: (name, lowest(sku, rule))
        if _open(scenario, site, sku)
        else (name, _sized_shelf(scenario, site, sku, None).rule)
        for sku, (name, rule) in stated.items()
    }


@dataclass(frozen=True)
class SizedShelf:
    """A replenishment rule with all its numbers, and how they were found."""

    supplier: str
    rule: ReplenishmentRule
    method: str
    """How: played, the name of the formula, or given."""
    target: ServiceTarget | None
    reached: float
    """The service that the play or the formula has seen; nan where nothing was computed."""
    demand: Demand
    lead_time: LeadTime

    @property
    def point(self) -> float | None:
        """Position at or below which it orders; None where it orders after every demand or at reviews."""
        number = self.rule.reorder_at
        point = getattr(self.rule, "point", None)
        return number if math.isfinite(number) else point

    @property
    def up_to(self) -> float:
        """The highest position that it orders up to."""
        return self.rule.highest

    @property
    def safety_stock(self) -> float:
        """What the point, or else the level, holds above the demand expected until an order placed then is here."""
        level = self.up_to if self.point is None or self.rule.review else self.point
        return level - self.demand.mean * (self.lead_time.mean + self.rule.review)

    @property
    def cover(self) -> float:
        """Days of mean demand that the highest position lasts; nan where there is no demand."""
        return self.up_to / (self.demand.mean * 24) if self.demand.mean else math.nan


@once
def sized_shelves(scenario: Scenario, site: str) -> dict[str, SizedShelf]:
    """Every SKU at a site at the start of the run, with its rule as it is sized; worked out once.

    Errors: TargetError for a target that no level keeps.
    """
    labels = zip(scenario.products, product_classes(scenario), strict=True)
    targets = {
        sku: class_target(scenario, label) or stated_rule(scenario, site, sku)[1].target for sku, label in labels
    }
    _find(scenario, site, {sku: target for sku, target in targets.items() if _open(scenario, site, sku) and target})
    return {sku: _sized_shelf(scenario, site, sku, target) for sku, target in targets.items()}


def _sized_shelf(
    scenario: Scenario, site: str, sku: str, target: ServiceTarget | None, learned: LeadTime | None = None
) -> SizedShelf:
    supplier, rule = stated_rule(scenario, site, sku)
    demand = expected_demand(scenario, site)[sku]
    source = scenario.network.suppliers.get(supplier)
    planned = learned or (source.planned_lead_time if source is not None else LeadTime(0.0))
    in_steps = demand.counted_in(scenario.products[sku].step)

    def sized(rule: ReplenishmentRule) -> ReplenishmentRule:
        return rule.sized(in_steps, planned)

    if rule.target is None:
        given = rule if getattr(rule, "cover", None) is None else by_the_step(scenario, sku, rule, sized)
        return SizedShelf(supplier, given, "given", None, math.nan, demand, planned)
    wanted = target or rule.target
    if not _open(scenario, site, sku):
        own = by_the_step(scenario, sku, rule.model_copy(update={"target": wanted}), sized)
        return SizedShelf(supplier, own, "the rule's own", wanted, math.nan, demand, planned)
    if learned is None:
        found = _level(scenario, site, sku, wanted)
    else:
        found = _for_learned(scenario, site, sku, wanted, learned)
    level = by_the_step(scenario, sku, rule, lambda each: each.at_level(found.level, in_steps) or each)
    return SizedShelf(supplier, level, found.method, wanted, found.reached, demand, planned)


class TargetError(ValueError):
    """A service target for which there is no stock level; `path` says where it stands, `why` what is wrong with it."""

    def __init__(self, path: tuple[str, ...], why: str) -> None:
        self.path, self.why = path, why
        super().__init__(f"{dotted(path)}: {why}")


_known: dict[str, Found] = {}
"""Levels that this process has found, or was told, by a hash of all that they depend on."""


def found_levels(scenario: Scenario) -> dict[str, Found]:
    """The levels of all shelves with a target at the start of a run, for other processes to be told."""
    sites = [name for name, site in scenario.network.sites.items() if site.stock is not None]
    shelves = [(site, sku, shelf) for site in sites for sku, shelf in sized_shelves(scenario, site).items()]
    keys = [_key(scenario, site, sku, shelf.target) for site, sku, shelf in shelves if shelf.target is not None]
    return {key: _known[key] for key in keys if key in _known}


def tell_levels(found: dict[str, Found]) -> None:
    """Take over what another process has found."""
    _known.update(found)


@once
def _open(scenario: Scenario, site: str, sku: str) -> bool:
    """Whether the scenario leaves a level open that can be searched for."""
    rule = stated_rule(scenario, site, sku)[1]
    return rule.target is not None and rule.at_level(0.0, expected_demand(scenario, site)[sku]) is not None


def _level(scenario: Scenario, site: str, sku: str, target: ServiceTarget, learned: LeadTime | None = None) -> Found:
    """The level of a shelf for a target, found once."""
    key = _key(scenario, site, sku, target, learned)
    if key not in _known:
        _find(scenario, site, {sku: target}, learned)
    return _known[key]


def _find(scenario: Scenario, site: str, targets: dict[str, ServiceTarget], learned: LeadTime | None = None) -> None:
    """Find the levels of some SKUs at a site: those known to this process, kept on disk, or else played, and kept."""
    keys = {sku: _key(scenario, site, sku, target, learned) for sku, target in targets.items()}
    _known.update(kept(key for key in keys.values() if key not in _known))
    new = dict[str, Found]()
    try:
        for sku, key in keys.items():
            if key not in _known:
                new[key] = _known[key] = _searched(scenario, site, sku, targets[sku], learned)
    finally:
        if new:
            keep(new)


def _searched(scenario: Scenario, site: str, sku: str, target: ServiceTarget, learned: LeadTime | None) -> Found:
    case, shelves = _case(scenario, site, sku, target, learned), _targeted(scenario)
    with _told(scenario, site, sku, target):
        return search(case, shelves if learned is None else max(shelves, MANY))


def _for_learned(scenario: Scenario, site: str, sku: str, target: ServiceTarget, learned: LeadTime) -> Found:
    """The level for a lead time that was learned in a run, as happens again and again.

    Levels are played, each once, for means that double and for coefficients of variation of 0, 1/4, 1 and 4 (and so
    on): a level for other lead times lies in proportion between these.
    """
    if not learned.mean:
        return _level(scenario, site, sku, target, learned)
    means, spreads = _around(learned.mean, 2.0), _around(learned.sd / learned.mean, 4.0, least=0.25)
    levels = [
        [_level(scenario, site, sku, target, LeadTime(mean, mean * spread)).level for mean in means]
        for spread in spreads
    ]
    at_mean = [np.interp(learned.mean, means, row) for row in levels]
    level = math.ceil(np.interp(learned.sd / learned.mean, spreads, at_mean) - 1e-9)
    return Found(float(level), math.nan, "between levels that were played")


def _around(number: float, base: float, least: float = 0.0) -> tuple[float, float]:
    """The powers of a base on both sides of a number; 0 and the least power where it lies below that."""
    if number < least or not number:
        return 0.0, least
    lower = base ** math.floor(math.log2(number) / math.log2(base))
    return lower, lower * base


def _case(scenario: Scenario, site: str, sku: str, target: ServiceTarget, learned: LeadTime | None = None) -> ShelfCase:
    supplier, rule = stated_rule(scenario, site, sku)
    demand = expected_demand(scenario, site)[sku]
    return shelf_case(scenario, site, sku, rule, target, supplier, demand, _labels(scenario)[sku], learned)


@contextmanager
def _told(scenario: Scenario, site: str, sku: str, target: ServiceTarget) -> Iterator[None]:
    """A target that no level keeps is told with its place."""
    try:
        yield
    except UnreachableError as error:
        name = sku if sku in (scenario.network.sites[site].stock or {}) else "default"
        path = ("network", "sites", site, "stock", name, "target")
        raise TargetError(path, f"{target.value:.4g} of {target.kind} cannot be kept for {sku!r}: {error}") from None


@once
def _labels(scenario: Scenario) -> dict[str, str | None]:
    """The class of each product at the start, by name."""
    return dict(zip(scenario.products, product_classes(scenario), strict=True))


@once
def _key(scenario: Scenario, site: str, sku: str, target: ServiceTarget, learned: LeadTime | None = None) -> str:
    """A hash of all that a level depends on."""
    supplier, rule = stated_rule(scenario, site, sku)
    answers, product = answers_of(scenario, _labels(scenario)[sku]), scenario.products[sku]
    stated = [rule.rule, rule.canonical(), target.canonical(), _supplied(scenario, supplier), product.group]
    stated += [product.step, learned and [learned.mean, learned.sd]]
    waits = [answers.whole.tolist(), answers.waits.tolist()]
    return hashlib.sha256(json.dumps([program(), _market(scenario), site, sku, *stated, waits]).encode()).hexdigest()


@once
def _supplied(scenario: Scenario, supplier: str) -> Any:
    return scenario.network.suppliers[supplier].canonical()


MANY = 10
"""A level for a lead time that may be learned is played as if at least so many shelves had targets."""


LOOKED_AT = 20
"""Shelves of which somebody wants to know the months, at the most."""


@once
def service_by_month(scenario: Scenario, site: str, sku: str) -> dict[int, float]:
    """What a computed level reaches in each month, 1 to 12; empty where nothing is computed or no month differs."""
    shelf = sized_shelves(scenario, site)[sku]
    if shelf.target is None or not _open(scenario, site, sku):
        return {}
    case = _case(scenario, site, sku, shelf.target)
    level = step_of(scenario.products[sku].step).count(open_number(shelf.rule))
    return by_month(case, float(level), min(_targeted(scenario), LOOKED_AT))


@once
def _market(scenario: Scenario) -> str:
    """A hash of what the demand of shelves depends on, and of how many there are.

    Of channels that is where their orders come from; the length of the run counts where demand has no long run.
    """
    run, market = scenario.run, scenario.market
    history, demands = market.history, [each.demand for each in market.segments.values()]
    rhythms = [market.rhythm, *(getattr(demand, "rhythm", None) for demand in demands)]
    lasts = history is None and not any(rhythm and rhythm.trend for rhythm in rhythms)
    popular = {name: product.popularity for name, product in scenario.products.items()}
    wanted = {name: each for name, each in market.canonical().items() if name != "channels"}
    parts = [str(run.start), lasts or [run.horizon, run.warm_up], wanted, popular, homes(scenario)]
    content = hashlib.sha256(json.dumps([*parts, _targeted(scenario)]).encode())
    if history is not None:
        content.update(Path(history.file).read_bytes())
    return content.hexdigest()


@once
def _targeted(scenario: Scenario) -> int:
    """How many shelves have a target: the more there are, the shorter is each one's play."""
    sites = [name for name, site in scenario.network.sites.items() if site.stock is not None]
    return sum(stated_rule(scenario, site, sku)[1].target is not None for site in sites for sku in scenario.products)


def sized_rule(
    scenario: Scenario, site: str, sku: str, target: ServiceTarget | None = None, lead_time: LeadTime | None = None
) -> ReplenishmentRule:
    """The replenishment rule of a SKU at a site with all its numbers given.

    A `target` takes the place of the rule's own, if it has one; a `lead_time` that of the one planned at the start.
    The demand is what the scenario expects. Whatever changes a plan inside the run comes here for the new numbers.
    """
    return _sized_shelf(scenario, site, sku, target, lead_time).rule


def class_target(scenario: Scenario, label: str | None) -> ServiceTarget | None:
    """The target that a class of products has; None where its SKUs keep their own."""
    rule = scenario.segmentation.products
    return rule.target(label) if rule is not None and label is not None else None


def stated_rule(scenario: Scenario, site: str, sku: str) -> tuple[str, ReplenishmentRule]:
    """Supplier and rule as the scenario states them."""
    stock = scenario.network.sites[site].stock or {}
    rule = stock.get(sku) or stock["default"]
    return rule.supplier or next(iter(scenario.network.suppliers), ""), rule
