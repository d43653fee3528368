"""Service-level agreements: what was attained, what missing cost, what attaining it took."""

import math
from collections.abc import Sequence

import numpy as np

from simulator.engine import facts
from simulator.measures.activity_costs import Ledgered, activity, costs, earned, plain, zero
from simulator.measures.lead_time import jobs, order_cycle_time, setting, staff_hours, worked_hours
from simulator.measures.money import money
from simulator.measures.registry import kpi
from simulator.measures.slices import Derived, Fixed, Ratio
from simulator.measures.view import View
from simulator.mechanisms.contracts.facts import Pushed
from simulator.mechanisms.contracts.scorecards import Scorecard, covered, due_times, scorecards
from simulator.scenario.contracts import Bonus, Penalty
from simulator.textbook.queues import stays_longer
from simulator.units import CostRate

WEEK = 168.0
ROUNDING = 1e-9


def _periods(card: Scorecard) -> np.ndarray:
    """Attainment of the settled periods in the measured time in which anything fell due."""
    found = card.attainment[card.measured]
    result: np.ndarray = found[~np.isnan(found)]
    return result


def _mean(parts: list[np.ndarray]) -> Derived:
    """The mean over all periods of all contracts, and by contract."""

    def mean(values: np.ndarray) -> float:
        return float(values.mean()) if len(values) else math.nan

    return Derived({"": np.array([mean(np.concatenate(parts))]), "contract": np.array([mean(part) for part in parts])})


@kpi(unit="share", better="higher", of="settled periods in which anything fell due, of all contracts")
def sla_attainment(view: View) -> Derived | None:
    """Mean over contracts and periods of what was met / what fell due, as each contract counts.

    Periods that began in the warm-up or that the run does not end are left out. Forgiven failures count as met,
    excluded orders not at all; an order still open at its deadline has failed.
    """
    cards = scorecards(view)
    return _mean([_periods(card) for card in cards]) if cards else None


@kpi(unit="share of periods", better="lower", of="settled periods in which anything fell due, of all contracts")
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
    """By contract and order number: whether the order was pushed while the contract was at risk."""
    table = view.of(Pushed)
    found = np.zeros((view.labels.sizes["contract"], len(view.measured_orders)))
    found[table["contract"], table["order"]] = 1.0
    return found


@kpi(unit="share of orders", better="lower", of="orders under contracts")
def sla_pushed(view: View) -> Derived | None:
    """Orders that were pushed because their contract was at risk / orders placed under contracts."""
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
    """What it cost to serve the orders that were pushed while their contract was at risk, penalties left out.

    It says what was spent on them, not what pushing added: that is the difference to a run without the alert.
    """
    if not any(card.contract.alert for card in scorecards(view)):
        return None
    spent = zero(view)
    for name, cost in costs(view).items():
        spent = spent + (cost.by_line if name != "sla_penalty" else 0.0)
    spent[0] = 0.0
    return _money(view, [spent * pushed[view.order_of_line] for pushed in _pushed(view)])


MOST = 10_000
"""Staff beyond which no answer is looked for."""


@kpi(unit="hours per week", better="lower", of="measured time")
def sla_staff_hours(view: View) -> Ratio | None:
    """Hours of work of the staffed stages on orders under contracts."""
    found, cards = jobs(view), scorecards(view)
    if found is None or not cards:
        return None
    mine = np.any([covered(view, card.contract) for card in cards], axis=0)
    staffed = (staff_hours(view) > 0)[found.stage]
    hours = worked_hours(view) * staffed * mine[view.of(facts.Served)["order"]]
    return found.rows.ratio(hours, Fixed(view.span / WEEK))


@kpi(unit="staff", better="neither", of="staffed stages of the order cycle")
def sla_staff_needed(view: View) -> Derived | None:
    """The staff that each stage needs, by Erlang C, to get the target share of orders under contracts through in time.

    A stage has the agreed time from entry less the mean time that orders spend elsewhere, waits for stock included;
    arrivals are taken as Poisson over the hours that the stage is open, its work as exponential, and first come,
    first served. nan where no number of staff would do; the whole is the sum. Hold it beside the staff there is.
    """
    found, cards = jobs(view), [card for card in scorecards(view) if card.contract.metric not in ("fill", "in_full")]
    if found is None or not cards:
        return None
    begun, size = found.measured & view.labels.in_cycle[found.stage], len(view.ledger.stages)
    count = np.bincount(found.stage, begun, size)
    spent = np.bincount(found.stage, np.where(begun, np.nan_to_num(found.ended - found.queued), 0.0), size)
    worked = np.bincount(found.stage, worked_hours(view) * begun, size)
    cycle = (view.values(order_cycle_time) or {})[""][0]
    there, needed = staff_hours(view), np.full(view.labels.sizes["stage"], np.nan)
    for stage in np.flatnonzero((there > 0) & (worked > 0)).tolist():
        open_share = there[stage] / ((setting(view, stage)[0] or 1) * view.span)
        elsewhere = cycle - spent[stage] / count[stage]
        rate, speed = count[stage] / (view.span * open_share), count[stage] / worked[stage]
        every = [
            _least(card.contract.target, (_agreed(view, card) - elsewhere) * open_share, rate, speed) for card in cards
        ]
        needed[stage] = np.max(every)
    known = needed[~np.isnan(needed)]
    return Derived({"": np.array([known.sum() if len(known) else math.nan]), "stage": needed})


def _agreed(view: View, card: Scorecard) -> float:
    """Mean time from entry to the latest that counts."""
    notice = due_times(view, card.contract)[card.order] - view.of(facts.Ordered)["at"][card.order - 1]
    return float(notice.mean()) + card.contract.window.late if len(notice) else math.nan


def _least(share: float, time: float, rate: float, speed: float) -> float:
    """The fewest servers with whom a share of arrivals is through within a time; nan where no number would do.

    >>> _least(0.95, 0.5, rate=8, speed=10), _least(0.95, 0.2, rate=8, speed=10)
    (2.0, nan)
    """
    if not time > 0 or math.exp(-speed * time) > 1 - share:
        return math.nan
    staff = int(rate / speed) + 1
    while staff < MOST and stays_longer(time, rate, speed, staff) > 1 - share:
        staff += 1
    return float(staff)


def penalty_by_line(view: View, card: Scorecard) -> np.ndarray:
    """Money by line number, over the settled periods in the measured time."""
    return _over_terms(view, card, list(card.contract.penalty), _penalty_periods(card))


def bonus_by_line(view: View, card: Scorecard) -> np.ndarray:
    """Money by line number, over the settled periods in the measured time."""
    bonus = card.contract.bonus
    if bonus is None:
        return np.zeros(len(view.order_of_line))
    return _over_terms(view, card, [bonus], [card.attainment >= bonus.above - ROUNDING])


def _penalty_periods(card: Scorecard) -> list[np.ndarray]:
    """By penalty: in which periods it applies. Of those with a `below`, only the lowest that attainment is under."""
    attained, found = card.attainment, []
    levels = np.array([level for level in card.contract.levels if level is not None])
    for level in card.contract.levels:
        if level is None:
            found.append(np.ones(len(attained), dtype=bool))
            continue
        lower = levels[levels < level]
        under = attained < level - ROUNDING
        found.append(under & ~(attained < lower.max() - ROUNDING) if len(lower) else under)
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


@activity("sla_penalty")
def _penalties(view: View) -> Ledgered | None:
    """Penalties of service-level agreements, on the orders that caused them."""
    cards = scorecards(view)
    if not any(card.contract.penalty for card in cards):
        return None
    return plain(view, sum((penalty_by_line(view, card) for card in cards), zero(view)))


@earned
def _bonuses(view: View) -> np.ndarray:
    return sum((bonus_by_line(view, card) for card in scorecards(view)), zero(view))
