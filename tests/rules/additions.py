"""One of everything that a user may add, and a scenario that uses it all. They are texts: importing would add them.

By hand: `first` orders 6 units every other day, 3.5 orders a week, and is given them; `other` orders every day and is
given nothing, for all is kept from it and what is short is lost. The last site serves all, in 4 hours of picking,
against a promise of 1 hour. It orders on Fridays (96 h after the start, a Monday), and is supplied a day later.
"""

OURS = """\
\"\"\"One of everything that a user may add.\"\"\"

from typing import Generic, Literal

import numpy as np

from simulator.measures.registry import kpi
from simulator.model import Model
from simulator.rules.allocating import AllocationRule
from simulator.rules.promising import PromiseRule
from simulator.rules.replenishing import ReplenishmentRule
from simulator.rules.classifying import SegmentationRule
from simulator.rules.sourcing import SourcingRule
from simulator.rules.stockout import StockoutRule
from simulator.rules.views import Lose
from simulator.scenario.demand import DemandRule
from simulator.scenario.distributions import T, distribution
from simulator.units import Hours, Units


class EveryFriday(ReplenishmentRule):
    \"\"\"Order up to a level on Fridays.\"\"\"

    rule: Literal["every_friday"] = "every_friday"
    level: Units
    \"\"\"Order up to this.\"\"\"

    def order_quantity(self, stock):
        return max(self.level - stock.position, 0.0)

    @property
    def review(self):
        return 168.0

    @property
    def first_review(self):
        return 96.0

    @property
    def highest(self):
        return self.level


class FirstClassOnly(AllocationRule):
    \"\"\"Nobody but priority 1 is given anything.\"\"\"

    rule: Literal["first_class_only"] = "first_class_only"

    def keeps(self, priority, daily_demand):
        return 0.0 if priority == 1 else 1e6


class NeverMind(StockoutRule):
    \"\"\"What is short is lost.\"\"\"

    rule: Literal["never_mind"] = "never_mind"

    def respond(self, short):
        return (Lose(short.units),)


class InAnHour(PromiseRule):
    \"\"\"Everything is promised within the hour.\"\"\"

    rule: Literal["in_an_hour"] = "in_an_hour"

    def honest_time(self, order):
        return 1.0


class TheLast(SourcingRule):
    \"\"\"The site that is named last serves.\"\"\"

    rule: Literal["the_last"] = "the_last"

    def choose(self, outlets):
        return outlets[-1].site


class OddAndEven(SegmentationRule):
    \"\"\"Products take turns.\"\"\"

    rule: Literal["odd_and_even"] = "odd_and_even"

    @property
    def labels(self):
        return ("odd", "even")

    def classify(self, turnover):
        return [self.labels[place % 2] for place in range(len(turnover.value))]


class Clockwork(DemandRule):
    \"\"\"Orders at fixed intervals, without end.\"\"\"

    rule: Literal["clockwork"] = "clockwork"
    every: Hours
    \"\"\"Between orders.\"\"\"

    @property
    def rate(self):
        return 1 / self.every

    def arrivals(self, rng, horizon):
        first = 0
        while True:
            yield np.arange(first, first + 10) * self.every
            first += 10


@distribution("twice")
class Twice(Model, Generic[T]):
    \"\"\"Two times a value, always.\"\"\"

    of: T
    \"\"\"The value.\"\"\"

    def sample(self, rng, size):
        return np.full(size, 2.0 * self.of)

    def moments(self):
        return 2.0 * self.of, 0.0


@kpi(unit="share of order lines", better="neither", of="lines that asked for stock")
def lines_of_six(view):
    \"\"\"Lines of just six units / lines.\"\"\"
    lines = view.lines
    return lines.rows.ratio(lines.units == 6, 1.0)
"""

ALL = """\
name: All of our own
run: {start: 2026-01-05, horizon: 20 weeks}
market:
  channels: {web: {source: {rule: the_last}}}
  segments:
    first:
      {priority: 1, channels: {web: 1}, demand: {rule: clockwork, every: 2 days}, basket: {units: {twice: {of: 3}}}}
    other: {priority: 2, channels: {web: 1}, demand: {rule: clockwork, every: 1 day}, basket: {units: 1}}
products: {a: {price: 1}, b: {price: 1}}
network:
  suppliers: {maker: {lead_time: {twice: {of: 12 h}}}}
  sites:
    north: &site
      stages: [{stage: picking, time: {twice: {of: 2 h}}}]
      stock: {a: {rule: every_friday, level: 90}, b: {rule: every_friday, level: 90}}
    south: *site
segmentation: {products: {rule: odd_and_even}}
service:
  allocation: {rule: first_class_only}
  stockout: [{rule: never_mind}, {rule: backorder}]
  rules: [{name: all, promise: {rule: in_an_hour}}]
"""
