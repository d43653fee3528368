"""Service-level agreements: what was attained, what missing cost, what attaining it took."""

import math

import numpy as np

from simulator.engine import facts
from simulator.measures.costs import costs, plain, zero
from simulator.measures.lead_time import jobs, order_cycle_time, setting, staff_hours, worked_hours
from simulator.measures.money import money
from simulator.measures.penalties import bonus_by_line, penalty_by_line
from simulator.measures.registry import kpi
from simulator.measures.slices import Derived, Fixed, Ratio
from simulator.measures.view import View
from simulator.mechanisms.contracts.facts import Pushed
from simulator.mechanisms.contracts.scorecards import Scorecard, covered, due_times, scorecards
from simulator.textbook.queues import stays_longer

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
    table = view.of(Pushed)
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


MOST = 10_000
"""Staff beyond which no answer is looked for."""


@kpi(unit="hours per week", better="lower", of="measured time")
def sla_staff_hours(view: View) -> Ratio | None:
    """Hours of work of the staffed stages on orders under agreements."""
    found, cards = jobs(view), scorecards(view)
    if found is None or not cards:
        return None
    mine = np.any([covered(view, card.contract) for card in cards], axis=0)
    staffed = (staff_hours(view) > 0)[found.stage]
    hours = worked_hours(view) * staffed * mine[view.of(facts.Served)["order"]]
    return found.rows.ratio(hours, Fixed(view.span / WEEK))


@kpi(unit="staff", better="neither", of="staffed stages of the order cycle")
def sla_staff_needed(view: View) -> Derived | None:
    """The staff that each stage needs, by Erlang C, to get the target share of orders under agreements through in time.

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
