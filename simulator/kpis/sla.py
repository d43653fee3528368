"""Service-level agreements: what was attained, what missing cost, what attaining it took."""

import math

import numpy as np

from simulator.kpis.activities import costs
from simulator.kpis.contracts import Scorecard, scorecards
from simulator.kpis.covered import covered
from simulator.kpis.kpi import kpi
from simulator.kpis.laying import plain, zero
from simulator.kpis.money import money
from simulator.kpis.penalties import bonus_by_line, penalty_by_line
from simulator.kpis.slices import Derived
from simulator.kpis.view import View
from simulator.ledger import facts

WEEK = 168.0
ROUNDING = 1e-9


def _periods(card: Scorecard) -> np.ndarray:
    """Attainment of the settled periods in the measured time in which anything fell due."""
    found = card.attainment[card.measured]
    result: np.ndarray = found[~np.isnan(found)]
    return result


def _mean(parts: list[np.ndarray]) -> Derived:
    """The mean over all periods of all agreements, and by agreement."""

    def mean(values: np.ndarray) -> float:
        return float(values.mean()) if len(values) else math.nan

    return Derived({"": np.array([mean(np.concatenate(parts))]), "contract": np.array([mean(part) for part in parts])})


@kpi(unit="share", better="higher", of="settled periods in which anything fell due, of all agreements")
def sla_attainment(view: View) -> Derived | None:
    """Mean over agreements and periods of what was met / what fell due, as each agreement counts.

    Periods that began in the warm-up or that the run does not end are left out. Forgiven failures count as met,
    excluded orders not at all; an order still open at its deadline has failed.
    """
    cards = scorecards(view)
    return _mean([_periods(card) for card in cards]) if cards else None


@kpi(unit="share of periods", better="lower", of="settled periods in which anything fell due, of all agreements")
def sla_breaches(view: View) -> Derived | None:
    """Periods with an attainment below the target / periods."""
    cards = scorecards(view)
    if not cards:
        return None
    return _mean([(_periods(card) < card.contract.target - ROUNDING).astype(float) for card in cards])


def _money(view: View, by_line: list[np.ndarray]) -> Derived:
    values = money(view, plain(view, sum(by_line, zero(view))))
    values["contract"] = np.array([each.sum() for each in by_line]) / (view.span / WEEK)
    return Derived(values)


@kpi(unit="money per week", better="lower", of="measured time")
def sla_penalty(view: View) -> Derived | None:
    """Penalties of the periods settled in the measured time. By segment, SKU and so on: as the orders that caused them.

    A penalty by time late is charged to the periods in which the time passes, until the order is no longer owed.
    """
    cards = scorecards(view)
    if not any(card.contract.penalty for card in cards):
        return None
    return _money(view, [penalty_by_line(view, card) for card in cards])


@kpi(unit="money per week", better="higher", of="measured time")
def sla_bonus(view: View) -> Derived | None:
    """Bonuses of the periods settled in the measured time, part of the margin."""
    cards = scorecards(view)
    if not any(card.contract.bonus for card in cards):
        return None
    return _money(view, [bonus_by_line(view, card) for card in cards])


def _pushed(view: View) -> np.ndarray:
    """By agreement and order number: whether the order was pushed while the agreement was at risk."""
    table = view.of(facts.Pushed)
    found = np.zeros((view.labels.sizes["contract"], len(view.measured_orders)))
    found[table["contract"], table["order"]] = 1.0
    return found


@kpi(unit="share of orders", better="lower", of="orders under agreements")
def sla_pushed(view: View) -> Derived | None:
    """Orders that were pushed because their agreement was at risk / orders placed under agreements."""
    cards = scorecards(view)
    if not any(card.contract.alert for card in cards):
        return None
    pushed = _pushed(view)
    mine = np.array([covered(view, card.contract) & view.measured_orders for card in cards])
    return _shares((pushed * mine).max(axis=0).sum(), mine.any(axis=0).sum(), (pushed * mine).sum(1), mine.sum(1))


def _shares(whole: float, of: float, parts: np.ndarray, of_parts: np.ndarray) -> Derived:
    below = np.array(of_parts, dtype=float)
    by = np.divide(parts, below, out=np.full(len(below), np.nan), where=below > 0)
    return Derived({"": np.array([whole / of if of else np.nan]), "contract": by})


@kpi(unit="money per week", better="lower", of="measured time")
def sla_attaining_cost(view: View) -> Derived | None:
    """What it cost to serve the orders that were pushed while their agreement was at risk, penalties left out.

    It says what was spent on them, not what pushing added: that is the difference to a run without the alert.
    """
    if not any(card.contract.alert for card in scorecards(view)):
        return None
    spent = zero(view)
    for name, cost in costs(view).items():
        spent = spent + (cost.by_line if name != "sla_penalty" else 0.0)
    spent[0] = 0.0
    return _money(view, [spent * pushed[view.order_of_line] for pushed in _pushed(view)])
