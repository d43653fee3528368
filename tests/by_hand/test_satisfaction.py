"""Stars for single orders, and when customers are asked and answer, against what a person worked out."""

import math

import numpy as np
import pytest
from by_hand.timetable import shop

from simulator.engine.facts import Delivered
from simulator.measures.view import View
from simulator.mechanisms.goodwill.facts import NeedMet
from simulator.mechanisms.satisfaction.facts import Felt, Replied, Surveyed
from simulator.mechanisms.satisfaction.kpis import judged, nps_error
from simulator.replication.measure import measure
from simulator.replication.simulate import simulate
from simulator.rules.views import Lived
from simulator.scenario.reading.load import parse
from simulator.scenario.satisfaction import ANSWERS, OLIST, Satisfaction, stars

PROMISE = "{rules: [{promise: {rule: fixed, time: 24 h}%s}]}"


def one(folder, section, transit="30 h", rule="", orders=((1, "mug", 1),), **kw):
    return shop(
        folder,
        {"all": list(orders)},
        PROMISE % rule,
        stages=f"stages: [{{stage: transit, time: {transit}}}], ",
        stock="{default: {rule: reorder_point, point: 0, quantity: 8, opening: 8}}",
        more=f"satisfaction: {section}",
        **kw,
    )


@pytest.mark.parametrize(
    ("hours", "found"),
    [(-400, 4.316), (-336, 4.316), (-168, 4.282), (-24, 4.126), (-23, 4.042), (0, 4.042), (1, 3.83), (24, 3.83),
     (25, 2.83), (72, 2.83), (73, 1.954), (400, 1.566)],
)  # fmt: skip
def test_stars_by_days_late(hours, found):
    """The first day late begins with the promise and ends 24 h later; beyond 15 days it is all the same."""
    section = Satisfaction()
    assert section.score(section.drivers(Lived(late=hours), 0.0)) == found


def test_what_faults_take():
    """On the day 4.042: less half of 2.5 for half of the units, 1.5 for damage, 1.2 for two parcels; 1 is the least."""
    section = Satisfaction()
    lived = Lived(late=0.0, wanted=4, missing=2, damaged=True, parcels=2)
    assert section.score(section.drivers(lived, 0.0)) == pytest.approx(max(4.042 - 1.25 - 1.5 - 1.2, 1.0))
    assert section.score(section.drivers(Lived(wrong=True), 0.0)) == pytest.approx(2.542)
    told = section.score(section.drivers(Lived(late=48.0, told=True), 0.0))
    assert told == pytest.approx((4.042 + 2.83) / 2)
    assert section.score(section.drivers(Lived(late=float("nan"), missing=1), 0.0)) == pytest.approx(4.28 - 2.5)


def test_the_customer_is_asked_and_answers(tmp_path):
    """Ordered at 1, promised for 25, here at 31: a day late. Asked at 31 + 10, and he answers at 46."""
    section = "{survey: {after: 10 h, response_rate: 1, answers_after: 5 h}}"
    ledger = one(tmp_path, section)
    assert [fact.at for fact in ledger.of(Delivered)] == [31]
    (felt,), (asked,), (reply,) = (ledger.of(kind) for kind in (Felt, Surveyed, Replied))
    assert (felt.at, felt.score, felt.timeliness, asked.at, reply.at) == (31, 3.83, 3.83, 41, 46)
    assert reply.stars == felt.stars
    assert felt.ease == 7 - 1.5


def test_no_customer_is_asked_twice_in_a_while(tmp_path):
    """Orders at 1, 20 and 60 are over at 31, 50 and 90; asked at once, but not within 48 h of the last time."""
    rule = ", survey: {rule: rested, every: 48 h}"
    orders = [(1, "mug", 1), (20, "mug", 1), (60, "mug", 1)]
    ledger = one(tmp_path, "{survey: {after: 0 h, response_rate: 1}}", rule=rule, orders=orders)
    assert [fact.at for fact in ledger.of(Surveyed)] == [31, 90]


def test_who_always_waits_expects_it_in_the_end(tmp_path):
    """Promised too little by 30 h he has waited two days too long (2.83); used to half of it, 15 h, only one (3.83)."""
    orders = [(1, "mug", 1), (101, "mug", 1)]
    ledger = one(tmp_path, "{adapts: 0.5}", transit="54 h", orders=orders, horizon=200)
    assert [fact.score for fact in ledger.of(Felt)] == [2.83, 3.83]


@pytest.mark.parametrize("score", [1.0, 1.2, 1.5658, 2.5, 3.83, 4.2, 4.9, 5.0])
def test_answers_are_the_score_on_average(score):
    """Chances spread evenly: the mean of the answers is the score, to the third digit."""
    chances = (np.arange(40_000) + 0.5) / 40_000
    assert np.mean([stars(score, chance) for chance in chances.tolist()]) == pytest.approx(score, abs=1e-3)


def test_the_spread_of_answers_is_that_of_the_reviews():
    """The shares of each class add to 1, and give its mean, which is also that of the curve."""
    for mean, shares in ANSWERS:
        assert sum(shares) == pytest.approx(1, abs=2e-4)
        assert np.dot(shares, range(1, 6)) == pytest.approx(mean, abs=2e-3)
    assert {round(mean, 3) for mean, _ in ANSWERS[1:-1]} <= {round(each, 3) for each in OLIST.values()}


def test_the_arithmetic_of_the_net_promoter_score(tmp_path):
    """200 answers, 10 to 0 points: 48 37 41 29 17 11 6 4 3 1 3. Promoters 42.5 %, detractors 22.5 %: 20 points, with a
    standard error of 5.5227 and so 9.18 to 30.82; 100 answers of 60 and 20 % have 8 points."""
    counts = dict(zip(range(10, -1, -1), (48, 37, 41, 29, 17, 11, 6, 4, 3, 1, 3), strict=True))
    section = "{survey: {after: 0 h, response_rate: 1, answers_after: 0 h}}"
    ledger = one(tmp_path, section, orders=[(1 + place / 100, "mug", 1) for place in range(200)])
    replied, felt = ledger.columns(Replied), ledger.columns(Felt)
    points = np.repeat(list(counts), list(counts.values()))
    replied["points"][:] = points
    given = np.where(points >= 9, 5, np.where(points <= 6, 3, 4))
    rows = dict(zip(replied["order"].tolist(), given.tolist(), strict=True))
    felt["stars"][:] = [rows[order] for order in felt["order"].tolist()]
    found = measure(ledger, ["nps", "nps_sampling_error", "csat"]).values
    assert found["nps"][""][0] == pytest.approx(20.0)
    error = found["nps_sampling_error"][""][0]
    assert error == pytest.approx(5.522680508593631)
    assert (20 - 1.959964 * error, 20 + 1.959964 * error) == pytest.approx((9.175745, 30.824255), abs=1e-4)
    assert found["csat"][""][0] == pytest.approx(155 / 200)
    assert np.nanmean(judged(View(ledger)).points) == pytest.approx(7.72)
    assert nps_error(0.6, 0.2, 100) == pytest.approx(8.0)


CROWD = """
name: crowd
run: {horizon: 60 days}
market: {segments: {all: {demand: {rule: poisson, orders: 10 per day}, basket: {units: 1}, customers: %s}}}
products: {mug: {price: 10, cost: 4}}
network: {sites: {store: {stages: [{stage: transit, time: 2 h}]}}}
goodwill: {default: {%s}}
satisfaction: {survey: {ask: {rule: rested, every: 10 days}}}
"""


def test_new_customers_have_a_rest_each_for_himself():
    """They share a name in the ledger, but not the question: who was not asked for ten days is."""
    ledger = simulate(parse(CROWD % (10, "acquisition: {rate: 3 per day, room: 20}")))
    last, right = {}, []
    for need in ledger.of(NeedMet):
        if need.at - last.get(need.customer, -math.inf) >= 240:
            last[need.customer] = need.at
            right.append(need.order)
    found = [fact.order for fact in ledger.of(Surveyed)]
    assert found == right[: len(found)]
    assert len(found) > 100


def test_those_of_a_population_have_a_rest_each_for_himself():
    """40 customers order every fourth day and are asked every 14 days, known one by one or kept in cohorts of ten."""
    right = pytest.approx(40 * 60 / 14, rel=0.15)  # the first are asked at once: more, by less than one each
    for many, terms in ((40, ""), (1, "population: 40, cohorts: 4")):
        assert len(list(simulate(parse(CROWD % (many, terms))).of(Surveyed))) == right
