"""Classes: to which class each product and each customer belongs now."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

from simulator.engine.clock import PLAN, Life, Process
from simulator.engine.ledger import Record
from simulator.lifecycle.policy import customer_record, product_record
from simulator.lifecycle.replenishment import resize
from simulator.lifecycle.world import World
from simulator.planning.stock_levels import class_target
from simulator.rules.classifying import SegmentationRule

Review = Callable[[World, SegmentationRule], None]


def start(world: World) -> None:
    """Start the reviews of classes that the scenario has."""
    segmentation = world.scenario.segmentation
    for rule, review in ((segmentation.products, review_products), (segmentation.customers, review_customers)):
        if rule is not None and rule.review is not None:
            clerk = Process(world.clock)
            clerk.start(reviews(world, rule, rule.review, review, clerk))


def reviews(world: World, rule: SegmentationRule, every: float, review: Review, clerk: Process) -> Life:
    """Review the classes every so often."""
    for turn in count(1):
        clerk.until(turn * every, PLAN)
        yield
        review(world, rule)


def review_products(world: World, rule: SegmentationRule) -> None:
    """New classes of products; the shelves of those reclassified are sized for the target of their new class."""
    scenario, classes = world.scenario, world.classes
    bought = product_record(scenario, world.ledger, rule, world.clock.now)
    found = rule.classes(list(scenario.products), bought)
    for sku in _changed(classes.sku, found, rule, world.clock.now, world.record.sku_reclassified):
        target = class_target(scenario, classes.sku[sku])
        for site in world.sites:
            shelf = site.shelves[sku]
            if shelf.rule is not None and shelf.target != target:
                shelf.target = target
                resize(world, shelf)


def review_customers(world: World, rule: SegmentationRule) -> None:
    """New classes of customers."""
    bought = customer_record(world.scenario, world.ledger, rule, world.clock.now)
    found = rule.classes(world.ledger.customers, bought)
    for _ in _changed(world.classes.customer, found, rule, world.clock.now, world.record.customer_reclassified):
        pass


def _changed(
    current: list[Any], found: Sequence[str], rule: SegmentationRule, now: float, record: Record
) -> Iterator[int]:
    """Take over the new classes and record each that is another than before."""
    for place, label in enumerate(found):
        if label != current[place]:
            current[place] = label
            record((now, place, rule.labels.index(label)))
            yield place
