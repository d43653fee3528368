"""Satisfaction as it is and as a survey finds it: CSAT, NPS, CES, and what drives them."""

from dataclasses import dataclass

import numpy as np

from simulator.measures.registry import kpi
from simulator.measures.slices import Derived, Ratio, Rows
from simulator.measures.view import View, table_of_view
from simulator.mechanisms.satisfaction.facts import Felt, Replied, Surveyed
from simulator.scenario.satisfaction import DRIVERS

FEWEST = 30
"""Answers without which no drivers are looked for."""


@dataclass(frozen=True)
class Orders:
    """Orders of the measured time that customers judged."""

    rows: Rows
    score: np.ndarray
    stars: np.ndarray
    """What each customer would answer."""
    asked: np.ndarray
    answered: np.ndarray
    points: np.ndarray
    """Of those who answered."""
    ease: np.ndarray
    drivers: np.ndarray
    """One column for each."""


@table_of_view
def judged(view: View) -> Orders:
    """The orders that were judged, with what came of the survey."""
    felt, size = view.of(Felt), len(view.measured_orders)
    chosen = view.measured_orders[felt["order"]]
    order = felt["order"][chosen]
    asked, replied = np.zeros(size, dtype=bool), view.of(Replied)
    asked[view.of(Surveyed)["order"]] = True
    points, ease = np.full((2, size), np.nan)
    points[replied["order"]], ease[replied["order"]] = replied["points"], replied["ease"]
    return Orders(
        rows=view.labels.order_rows(view.source_of_order[order]),
        score=felt["score"][chosen],
        stars=felt["stars"][chosen],
        asked=asked[order],
        answered=~np.isnan(points[order]),
        points=points[order],
        ease=ease[order],
        drivers=np.column_stack([felt[name][chosen] for name in DRIVERS]),
    )


def _off(view: View) -> bool:
    return view.scenario.satisfaction is None


def _silent(view: View) -> bool:
    return view.scenario.satisfaction is None or view.scenario.satisfaction.survey is None


def _promotes(stars: np.ndarray) -> np.ndarray:
    """100 for a promoter, -100 for a detractor."""
    found: np.ndarray = 100.0 * ((stars == 5).astype(float) - (stars <= 3))
    return found


@kpi(unit="stars", better="higher", of="orders of which nothing more will come", follows=True)
def satisfaction(view: View) -> Ratio | None:
    """Stars, from 1 to 5, that customers would give on average if all were asked: as reviews of such orders do."""
    if _off(view):
        return None
    found = judged(view)
    return found.rows.ratio(found.score, np.ones(len(found.score)))


@kpi(unit="share of answers", better="higher", of="answers about orders of the measured time", follows=True)
def csat(view: View) -> Ratio | None:
    """CSAT: answers of 4 or 5 stars, the top two of five / answers."""
    if _silent(view):
        return None
    found = judged(view)
    return found.rows.ratio((found.answered & (found.stars >= 4)).astype(float), found.answered.astype(float))


@kpi(unit="share of orders", better="higher", of="orders of which nothing more will come", follows=True)
def true_csat(view: View) -> Ratio | None:
    """CSAT if all customers were asked and all answered."""
    if _off(view):
        return None
    found = judged(view)
    return found.rows.ratio((found.stars >= 4).astype(float), np.ones(len(found.stars)))


@kpi(unit="points", better="higher", of="answers about orders of the measured time", follows=True)
def nps(view: View) -> Ratio | None:
    """Net promoter score of the survey: 100 x (promoters, 9 or 10 points - detractors, 0 to 6) / answers."""
    if _silent(view):
        return None
    found = judged(view)
    return found.rows.ratio(np.where(found.answered, _promotes(found.stars), 0.0), found.answered.astype(float))


@kpi(unit="points", better="higher", of="orders of which nothing more will come", follows=True)
def true_nps(view: View) -> Ratio | None:
    """Net promoter score if all customers were asked and all answered."""
    if _off(view):
        return None
    found = judged(view)
    return found.rows.ratio(_promotes(found.stars), np.ones(len(found.stars)))


def nps_error(promoters: float, detractors: float, answers: float) -> float:
    """Standard error of a net promoter score, in points, from the shares of promoters and detractors.

    >>> round(nps_error(0.6, 0.2, 100), 6)
    8.0
    """
    return 100.0 * float(np.sqrt((promoters + detractors - (promoters - detractors) ** 2) / answers))


@kpi(unit="points", better="lower", of="answers about orders of the measured time", follows=True)
def nps_sampling_error(view: View) -> Derived | None:
    """Standard error of the net promoter score of one survey, 100 sqrt((p + d - (p - d)^2) / n): 1.96 times as much to
    either side is its 95 % interval, as the company sees it in one run. A month's answers tell no smaller moves. Nan
    where nobody answers."""
    if _silent(view):
        return None
    found = judged(view)
    sums = [found.rows.sliced(found.rows.sums(each.astype(float))) for each in (
        found.answered, found.answered & (found.stars == 5), found.answered & (found.stars <= 3))]  # fmt: skip
    values = {}
    for name, answers in sums[0].items():
        with np.errstate(invalid="ignore", divide="ignore"):
            up, down = sums[1][name] / answers, sums[2][name] / answers
            values[name] = 100.0 * np.sqrt((up + down - (up - down) ** 2) / answers)
    return Derived(values)


@kpi(unit="points of 7", better="higher", of="answers about orders of the measured time", follows=True)
def ces(view: View) -> Ratio | None:
    """Customer effort score: how easy it was, 7 for no effort at all, less for each contact and each fault."""
    if _silent(view):
        return None
    found = judged(view)
    return found.rows.ratio(np.nan_to_num(found.ease), found.answered.astype(float))


@kpi(
    unit="share of customers asked",
    better="higher",
    of="customers asked about orders of the measured time",
    follows=True,
)
def survey_response(view: View) -> Ratio | None:
    """Customers who answer / customers asked."""
    if _silent(view):
        return None
    found = judged(view)
    return found.rows.ratio((found.answered & found.asked).astype(float), found.asked.astype(float))


@dataclass(frozen=True)
class Regression:
    """What moves the stars of the answers, by driver: ordinary least squares."""

    weight: np.ndarray
    error: np.ndarray
    """Standard errors, also where the spread is not everywhere the same (HC1)."""
    explained: float
    """Share of the variance."""


def regress(stars: np.ndarray, drivers: np.ndarray) -> Regression:
    """Regress answers on drivers; a driver that never varies, or that others tell already, has no weight: nan.

    >>> drivers = np.array([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0], [3.0, 1.0], [4.0, 1.0]])
    >>> found = regress(np.array([5.0, 4.1, 2.9, 2.0, 1.0]), drivers)
    >>> [round(float(each), 2) for each in found.weight], round(found.explained, 3)
    ([-1.01, nan], 0.998)
    """
    weight, error = np.full((2, drivers.shape[1]), np.nan)
    varies: list[int] = []
    basis = np.ones((len(stars), 1))
    for place in range(drivers.shape[1]):  # one after the other, so that what is told twice is left out
        wider = np.column_stack([basis, drivers[:, place]])
        if np.linalg.matrix_rank(wider) == wider.shape[1] < len(stars):
            basis = wider
            varies.append(place)
    if not varies:
        return Regression(weight, error, 0.0)
    inverse = np.linalg.inv(basis.T @ basis)
    found = inverse @ basis.T @ stars
    left = stars - basis @ found
    spread = inverse @ (basis.T * left**2) @ basis @ inverse * len(stars) / (len(stars) - basis.shape[1])
    weight[varies], error[varies] = found[1:], np.sqrt(np.diag(spread))[1:]
    total = float(((stars - stars.mean()) ** 2).sum())
    return Regression(weight, error, 1 - float((left**2).sum()) / total if total else 0.0)


@table_of_view
def analysis(view: View) -> Regression | None:
    """The driver analysis of a survey; None where there are too few answers."""
    found = judged(view)
    if found.answered.sum() < FEWEST:
        return None
    return regress(found.stars[found.answered].astype(float), found.drivers[found.answered])


def _by_driver(view: View, part: str) -> Derived | None:
    if _silent(view):
        return None
    found = analysis(view)
    values = np.full(len(DRIVERS), np.nan) if found is None else getattr(found, part)
    return Derived({"": np.array([np.nan]), "driver": values})


@kpi(unit="stars", better="neither", of="answers about orders of the measured time", follows=True)
def driver_weight(view: View) -> Derived | None:
    """Stars by which an answer moves with each driver, by regression over the answers: with the stars for its time,
    with a share of 1 that is missing, damage, an error, one contact, several deliveries. Nan for a driver that never
    varies, and where there are fewer than 30 answers."""
    return _by_driver(view, "weight")


@kpi(unit="stars", better="lower", of="answers about orders of the measured time", follows=True)
def driver_error(view: View) -> Derived | None:
    """Standard error of each driver's weight in one survey."""
    return _by_driver(view, "error")


@kpi(unit="share of variance", better="neither", of="answers about orders of the measured time", follows=True)
def drivers_explain(view: View) -> Derived | None:
    """Share of the variance of answers that the drivers explain; at Olist it was a fifth."""
    if _silent(view):
        return None
    found = analysis(view)
    return Derived({"": np.array([np.nan if found is None else found.explained])})
