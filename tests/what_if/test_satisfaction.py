"""Known outcomes of surveys, with the same orders and the same customers on both sides."""

import numpy as np

import simulator
from simulator.mechanisms.satisfaction.facts import Felt, Replied
from simulator.replication.measure import measure

SHORT = ["run.horizon=13 weeks"]
KPIS = ["nps", "true_nps", "satisfaction", "on_time", "survey_response"]


def played(name):
    return [simulator.simulate(simulator.load(f"what_if/{name}", SHORT), number) for number in range(2)]


def test_response_bias_moves_the_score_at_constant_service():
    """Service, and what customers feel, are the same to the last star; the survey tells some ten points less."""
    alike, angry = played("survey"), played("survey_angry_answer")
    for one, other in zip(alike, angry, strict=True):
        assert np.array_equal(one.columns(Felt)["stars"], other.columns(Felt)["stars"])
        assert set(one.columns(Replied)["order"].tolist()) < set(other.columns(Replied)["order"].tolist())
    found = [{kpi: values[""][0] for kpi, values in measure(each, KPIS).values.items()} for each in (*alike, *angry)]
    for before, after in zip(found[:2], found[2:], strict=True):
        assert before["true_nps"] == after["true_nps"]
        assert before["on_time"] == after["on_time"]
        assert -20 < after["nps"] - before["nps"] < -5
        assert abs(before["nps"] - before["true_nps"]) < 16  # four standard errors of such a survey


def test_a_hundred_answers_cannot_tell_eight_points():
    """Surveys of a week have some 55 answers each: their scores differ by ten points and more at the same service."""
    (ledger, _) = played("survey")
    replied = ledger.columns(Replied)
    week = (replied["at"] // 168).astype(int)
    vote = 100.0 * ((replied["points"] >= 9).astype(float) - (replied["points"] <= 6))
    scores = [vote[week == each].mean() for each in range(2, 12)]
    assert 4 < np.std(scores, ddof=1) < 20
