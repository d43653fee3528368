"""What agreements cost and earn: the terms of penalties and bonuses applied to what the scorecards say."""

from collections.abc import Sequence

import numpy as np

from simulator.engine import facts
from simulator.measures.view import View
from simulator.mechanisms.contracts.scorecards import Scorecard
from simulator.scenario.contracts import MOMENT, Bonus, Penalty
from simulator.units import CostRate


def penalty_by_line(view: View, card: Scorecard) -> np.ndarray:
    """Money by line number, over the settled periods in the measured time."""
    return _over_terms(view, card, list(card.contract.penalty), _penalty_periods(card))


def bonus_by_line(view: View, card: Scorecard) -> np.ndarray:
    """Money by line number, over the settled periods in the measured time."""
    bonus = card.contract.bonus
    if bonus is None:
        return np.zeros(len(view.order_of_line))
    return _over_terms(view, card, [bonus], [card.attainment >= bonus.above - MOMENT])


def _penalty_periods(card: Scorecard) -> list[np.ndarray]:
    """By penalty: in which periods it applies. Of those with a `below`, only the lowest that attainment is under."""
    attained, found = card.attainment, []
    levels = np.array([level for level in card.contract.levels if level is not None])
    for level in card.contract.levels:
        if level is None:
            found.append(np.ones(len(attained), dtype=bool))
            continue
        lower = levels[levels < level]
        under = attained < level - MOMENT
        found.append(under & ~(attained < lower.max() - MOMENT) if len(lower) else under)
    return found


def _over_terms(view: View, card: Scorecard, terms: Sequence[Penalty | Bonus], applies: list[np.ndarray]) -> np.ndarray:
    total = np.zeros(len(view.order_of_line))
    for term, periods in zip(terms, applies, strict=True):
        chosen = periods & card.measured
        if term.sum is not None:
            total[card.line] += _spread(view, card, term, chosen)
        elif term.rate is not None and term.rate.hourly:
            assert isinstance(term, Penalty)
            total[card.line] += _by_time(view, card, term, chosen)
        elif term.rate is not None:
            total[card.line] += _capped(card, term, _once(view, card, term, term.rate)) * chosen[card.period][card.row]
    return total


def _units(card: Scorecard, term: Penalty | Bonus) -> np.ndarray:
    """By line: the units that a rate is on."""
    return card.missed if isinstance(term, Penalty) and term.on == "failures" else card.fell_due


def _each(card: Scorecard, units: np.ndarray, basis: str) -> np.ndarray:
    """By line: lines with units, or the part of the one order that they belong to."""
    lines = (units > 0).astype(float)
    if basis == "line":
        return lines
    part: np.ndarray = lines / np.maximum(np.bincount(card.row, lines, len(card.order)), 1)[card.row]
    return part


def _once(view: View, card: Scorecard, term: Penalty | Bonus, rate: CostRate) -> np.ndarray:
    """Money by line of the card: a rate on units, their value, lines or orders."""
    units = _units(card, term)
    if rate.basis == "unit":
        return units * rate.amount
    if rate.basis == "value":
        worth: np.ndarray = units * _worth(view, card, term) * rate.amount
        return worth
    return _each(card, units, rate.basis) * rate.amount


def _worth(view: View, card: Scorecard, term: Penalty | Bonus) -> np.ndarray:
    """Price or cost of one unit, by line of the card."""
    table = view.of(facts.LineOrdered)
    if isinstance(term, Penalty) and term.of == "cost":
        cost = np.array([product.cost for product in view.scenario.products.values()])
        worth: np.ndarray = cost[table["sku"][card.line - 1]]
    else:
        worth = table["price"][card.line - 1]
    return worth


def _capped(card: Scorecard, term: Penalty | Bonus, money: np.ndarray) -> np.ndarray:
    """Money by line with what goes beyond the cap of its order taken away."""
    if not isinstance(term, Penalty) or term.cap is None:
        return money
    by_order = np.bincount(card.row, money, len(card.order))
    kept: np.ndarray = money * (np.minimum(by_order, term.cap) / np.where(by_order > 0, by_order, 1.0))[card.row]
    return kept


def _by_time(view: View, card: Scorecard, term: Penalty, chosen: np.ndarray) -> np.ndarray:
    """Money by line for the time that failing orders are late, charged to the periods in which it passes: the cap is
    one for all of them. An order that failed without being late (early, short) pays nothing by time."""
    assert term.rate is not None
    hourly = _once(view, card, term, term.rate)
    total = np.zeros(len(card.line))
    paid = np.zeros(len(card.line))
    for place, (begin, end) in enumerate(zip(card.begins, card.ends, strict=True)):
        known = card.failed & (card.period <= place) & (card.late_until > begin)
        if not known.any():
            continue
        late = np.where(known, np.clip(np.minimum(card.late_until, end) - card.late_from, 0.0, None), 0.0)
        upto = np.maximum(_capped(card, term, hourly * late[card.row]), paid)
        if chosen[place]:
            total += upto - paid
        paid = upto
    return total


def _spread(view: View, card: Scorecard, term: Penalty | Bonus, chosen: np.ndarray) -> np.ndarray:
    """A sum for each period: laid equally on the orders that failed in it (for a bonus, on all that fell due)."""
    assert term.sum is not None
    mine = card.failed if isinstance(term, Penalty) else (card.due > 0)
    count = card.by_period(mine.astype(float))
    each = np.where(chosen & (count > 0), term.sum, 0.0) / np.maximum(count, 1.0)
    lines = np.bincount(card.row, minlength=len(card.order))
    result: np.ndarray = ((each[card.period] * mine) / np.maximum(lines, 1))[card.row]
    return result
