"""Who stays, who leaves and why, how often customers come back, and what a customer is worth."""

from dataclasses import dataclass

import numpy as np

from simulator.engine.facts import Ordered
from simulator.measures.activity_costs import Ledgered, activity, lines_measured, plain, zero
from simulator.measures.money import margin
from simulator.measures.registry import kpi
from simulator.measures.slices import Fixed, OfSpan, Parted, Ratio, Rows
from simulator.measures.view import View, table_of_view
from simulator.mechanisms.goodwill.facts import (
    EXPERIENCES,
    CustomerJoined,
    CustomerLeft,
    Experienced,
    MetElsewhere,
    NeedMet,
    remembering,
)
from simulator.units import WEEK, YEAR


@dataclass(frozen=True)
class Customers:
    """Customers in the measured time, by segment; segments that do not remember have none."""

    at_begin: np.ndarray
    at_end: np.ndarray
    stayed: np.ndarray
    """Of those at its begin, how many are there at its end."""
    won: np.ndarray
    lost: np.ndarray
    hours: np.ndarray
    """Customers times hours."""


@table_of_view
def customers(view: View) -> Customers:
    """Who was there, came and left."""
    size, segments = view.labels.sizes["segment"], list(view.scenario.market.segments.values())
    start = np.zeros(size)
    for place, terms in remembering(view.ledger).items():
        start[place] = terms.customers(segments[place])
    left, won = view.of(CustomerLeft), view.of(CustomerJoined)
    begin, end = view.begin, view.scenario.run.horizon

    def add(table: dict[str, np.ndarray], weight: np.ndarray) -> np.ndarray:
        return np.bincount(table["segment"], table["customers"] * weight, size)

    gone, new = left["at"] >= begin, won["at"] >= begin
    at_begin = start + add(won, ~new) - add(left, ~gone)
    hours = at_begin * (end - begin) + add(won, (end - won["at"]) * new) - add(left, (end - left["at"]) * gone)
    return Customers(
        at_begin=at_begin,
        at_end=at_begin + add(won, new) - add(left, gone),
        stayed=at_begin - add(left, gone & (left["since"] < begin)),
        won=add(won, new),
        lost=add(left, gone),
        hours=hours,
    )


def _rows(view: View) -> Rows:
    """One row for each segment."""
    size = view.labels.sizes["segment"]
    return Rows(np.arange(size), size, {"segment": np.arange(size)}, view.labels.sizes)


def _each(view: View, above: np.ndarray, below: np.ndarray | Fixed, cases: np.ndarray | None = None) -> Ratio:
    if cases is None and isinstance(below, np.ndarray):
        cases = below
    return Ratio(_rows(view), above, below, cases=cases)


def _of_span(view: View, above: np.ndarray, below: np.ndarray, cases: np.ndarray | None = None) -> OfSpan:
    return OfSpan(_rows(view), above, below, cases=below if cases is None else cases)


def _off(view: View) -> bool:
    return view.scenario.goodwill is None


@kpi(unit="share of customers", better="higher", of="customers at the begin of the measured time")
def retention(view: View) -> Ratio | None:
    """Customers at the begin of the measured time who have not left by its end / customers at its begin. It falls with
    the length of the measured time."""
    if _off(view):
        return None
    found = customers(view)
    return _of_span(view, found.stayed, found.at_begin, _followed(view, found.at_begin))


def _followed(view: View, many: np.ndarray) -> np.ndarray:
    """Of so many customers, those who are followed: one of each cohort."""
    found = many.copy()
    for place, terms in remembering(view.ledger).items():
        if terms.population is not None:
            found[place] *= min(terms.cohorts / terms.population, 1.0)
    return found


@kpi(unit="customers", better="higher", of="measured time")
def active_customers(view: View) -> Ratio | None:
    """Customers who have not left, on average over time."""
    return None if _off(view) else _each(view, customers(view).hours, Fixed(view.span))


@kpi(unit="customers per week", better="lower", of="measured time")
def customers_lost(view: View) -> Parted | None:
    """Customers who leave, by how the order was after which they did."""
    if _off(view):
        return None
    left = view.of(CustomerLeft)
    weight = left["customers"] * (left["at"] >= view.begin)
    by_kind = np.bincount(left["kind"], weight, len(EXPERIENCES))
    return Parted(_each(view, customers(view).lost, Fixed(view.span / WEEK)), "experience", by_kind)


@kpi(unit="customers per week", better="higher", of="measured time")
def customers_gained(view: View) -> Ratio | None:
    """New customers."""
    return None if _off(view) else _each(view, customers(view).won, Fixed(view.span / WEEK))


@kpi(unit="share of customers", better="higher", of="customers who ordered in the measured time")
def repeat_rate(view: View) -> Ratio | None:
    """Customers who ordered twice or more in the measured time / those who ordered at all in it. It rises with the
    length of the measured time. Of a population in cohorts, those who are followed."""
    if _off(view):
        return None
    met = view.of(NeedMet)
    chosen = (met["at"] >= view.begin) & (met["customer"] > 0)
    who, segment = met["customer"][chosen], met["segment"][chosen]
    key, orders = np.unique(who * view.labels.sizes["segment"] + segment, return_counts=True)
    of, size = key % view.labels.sizes["segment"], view.labels.sizes["segment"]
    ordered = np.bincount(of, minlength=size).astype(float)
    return _of_span(view, np.bincount(of, orders > 1, size), ordered)


@kpi(unit="share of needs", better="higher", of="needs of customers in the measured time")
def share_of_wallet(view: View) -> Ratio | None:
    """Needs that customers came with / all that they had; needs of those who have left are not counted."""
    if _off(view):
        return None
    size, met, lost = view.labels.sizes["segment"], view.of(NeedMet), view.of(MetElsewhere)
    came = np.bincount(met["segment"], met["at"] >= view.begin, size)
    went = np.bincount(lost["segment"], (lost["at"] >= view.begin) & (lost["left"] == 0), size)
    return _each(view, came, came + went)


@kpi(unit="money per week", better="lower", of="measured time")
def sales_elsewhere(view: View) -> Ratio | None:
    """What customers bought from competitors, at our prices: those who divide what they need, and those who have left;
    what is beyond the share of wallet at the start is in it."""
    if _off(view):
        return None
    lost = view.of(MetElsewhere)
    worth = np.bincount(lost["segment"], lost["worth"] * (lost["at"] >= view.begin), view.labels.sizes["segment"])
    return _each(view, worth, Fixed(view.span / WEEK))


@kpi(unit="share of orders", better="lower", of="orders judged in the measured time")
def bad_experiences(view: View) -> Parted | None:
    """Orders with which customers found a fault (nothing came, short, late, damaged, wrong; the first of these is told)
    / orders of which nothing more will come, and whose customers are followed."""
    if _off(view):
        return None
    lived, size = view.of(Experienced), view.labels.sizes["segment"]
    chosen = lived["at"] >= view.begin
    segment, kind = lived["segment"][chosen], lived["kind"][chosen]
    by_kind = np.bincount(kind, minlength=len(EXPERIENCES)).astype(float)
    by_kind[0] = 0.0
    ratio = _each(view, np.bincount(segment, kind > 0, size), np.bincount(segment, minlength=size).astype(float))
    return Parted(ratio, "experience", by_kind)


@kpi(unit="goodwill", better="higher", of="orders judged in the measured time")
def goodwill(view: View) -> Ratio | None:
    """Goodwill of customers after each order that they judge, on average; who leaves counts with the last one."""
    if _off(view):
        return None
    lived, size = view.of(Experienced), view.labels.sizes["segment"]
    chosen = lived["at"] >= view.begin
    segment = lived["segment"][chosen]
    return _each(
        view, np.bincount(segment, lived["goodwill"][chosen], size), np.bincount(segment, minlength=size).astype(float)
    )


@kpi(unit="money per customer", better="higher", of="customers who leave, and the discount of those who stay")
def lifetime_value(view: View) -> Ratio | None:
    """What a customer is worth as long as he stays, discounted: margin per customer and year / (share of customers who
    leave per year + discount per year).

    It is the present value of a constant margin that ends at random, at the rates of the measured time: margin /
    (customers lost + discount x customer-years). The margin is before what winning customers costs.
    """
    if _off(view):
        return None
    found, terms = customers(view), remembering(view.ledger)
    yearly = np.zeros(len(found.lost))
    for place, each in terms.items():
        yearly[place] = each.discount * YEAR
    values = view.values(margin) or {}
    earned = values["segment"] * view.span / WEEK + _won_for(view)
    earned[[place for place in range(len(earned)) if place not in terms]] = 0.0
    return _of_span(view, earned, found.lost + yearly * found.hours / YEAR)


def _won_for(view: View) -> np.ndarray:
    """What winning customers cost in the measured time, by segment, as far as orders of the segment bear it."""
    cost = view.scenario.costs.new_customer * customers(view).won
    segment = view.of(Ordered)["segment"][view.measured_orders[1:]]
    found: np.ndarray = np.where(np.bincount(segment, minlength=len(cost)) > 0, cost, 0.0)
    return found


@activity("acquisition")
def acquisition(view: View) -> Ledgered | None:
    """New customers, borne by all orders of their segment alike."""
    if _off(view) or not view.scenario.costs.new_customer:
        return None
    borne, lines = _won_for(view), lines_measured(view)
    segment = view.of(Ordered)["segment"][view.order_of_line[lines] - 1]
    count = np.maximum(np.bincount(segment, minlength=len(borne)), 1)
    found = zero(view)
    found[lines] = (borne / count)[segment]
    found[0] = float(view.scenario.costs.new_customer * customers(view).won.sum() - borne.sum())
    return plain(view, found)
