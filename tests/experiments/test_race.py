"""Who is dropped from a race, and how the winner is confirmed: on values made up for the purpose."""

from types import SimpleNamespace

import numpy as np
import pytest

from simulator.experiments import search
from simulator.experiments.executors import workforce
from simulator.experiments.intervals import Sample
from simulator.experiments.search import Trial, best, judge, looks
from simulator.scenario.optimise import Optimise

DECISIONS = {"a": {"low": 1, "high": 9, "step": 1}}
LUCK = np.random.default_rng(7).normal(0, 50, 200)
"""What all points share, replication by replication."""


def section(goal: str = "minimise", **more):
    return Optimise(**{goal: "total_cost"}, decisions=DECISIONS, replications={"first": 4, "most": 16}, **more)


def least(bound: float):
    return [{"kpi": "unit_fill_rate", "at_least": bound}]


class Made:
    """An experiment whose cost and fill rate are given."""

    def __init__(self, cost, fill=0.9) -> None:
        self.columns = {"total_cost": np.broadcast_to(cost, 200), "unit_fill_rate": np.broadcast_to(fill, 200)}

    def result(self, count):
        """The first so many."""

        def sample(kpi, by="", label=""):
            return Sample("mean", self.columns[kpi][:count])

        return SimpleNamespace(numbers=list(range(count)), sample=sample, never_settles="")


def trial(cost, fill=0.9, number=1) -> Trial:
    return Trial(number, {"a": number}, {"a": str(number)}, Made(cost, fill))


def after(played: Trial, look: int, asked: Optimise, incumbent: Trial | None = None) -> Trial:
    judge(played, look, incumbent, asked, 0.995)
    return played


def test_looks_double_up_to_the_most():
    assert looks(section()) == [4, 8, 16]
    assert looks(Optimise(minimise="total_cost", decisions=DECISIONS, replications={"first": 5, "most": 5})) == [5]


def small(seed: int, size: float = 1.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, size, 200)


def test_what_is_surely_worse_is_dropped_though_luck_hides_it():
    """Costs differ by 10, luck by 50: only pair by pair can four replications tell."""
    asked = section()
    incumbent = after(trial(1000 + LUCK), 16, asked)
    assert incumbent.fate == "holds"
    assert after(trial(1010 + LUCK + small(1)), 4, asked, incumbent).fate == "worse"
    assert after(trial(990 + LUCK + small(1)), 4, asked, incumbent).fate == "holds"
    assert after(trial(1010 + np.roll(LUCK, 100)), 4, asked, incumbent).fate == "holds"


def test_what_was_dropped_is_told_by_its_distance_from_the_best():
    """The first four replications are dear ones for everybody: that is no fault of the point."""
    asked, luck = section(), np.where(np.arange(200) < 4, 500.0, 0.0)
    incumbent = after(trial(1000 + luck), 16, asked)
    assert after(trial(1010 + luck), 4, asked, incumbent).value == pytest.approx(incumbent.value + 10)


def test_more_is_better_where_that_is_asked():
    asked = section("maximise")
    incumbent = after(trial(1000 + LUCK), 16, asked)
    assert after(trial(1010 + LUCK + small(1)), 4, asked, incumbent).fate == "holds"
    assert after(trial(990 + LUCK + small(1)), 4, asked, incumbent).fate == "worse"


def test_an_equal_is_never_dropped():
    asked = section()
    incumbent = after(trial(1000 + LUCK), 16, asked)
    assert after(trial(1000 + LUCK), 4, asked, incumbent).fate == "holds"


def test_a_constraint_holds_only_if_its_bound_says_so_and_breaks_only_if_its_other_bound_does():
    asked = section(subject_to=least(0.9))
    found = [after(trial(1000.0, mean + small(3, 0.02)), 16, asked).fate for mean in (0.93, 0.901, 0.85)]
    assert found == ["holds", "not shown", "violates"]
    most = section(subject_to=[{"kpi": "unit_fill_rate", "at_most": 0.9}])
    found = [after(trial(1000.0, mean + small(3, 0.02)), 16, most).fate for mean in (0.93, 0.899, 0.85)]
    assert found == ["violates", "not shown", "holds"]


def test_the_confidence_asked_for_decides():
    """Sixteen values around 0.91 with a standard error of 0.005: above 0.9 with 95 % confidence, not with 99.9 %."""
    fill = np.tile([0.93, 0.89], 100) + 0.0
    fates = []
    for confidence in (0.95, 0.999):
        asked = section(subject_to=[{"kpi": "unit_fill_rate", "at_least": 0.9, "confidence": confidence}])
        fates.append(after(trial(1000.0, fill), 16, asked).fate)
    assert fates == ["holds", "not shown"]


def test_a_point_without_a_value_is_no_winner():
    asked = section()
    lost = after(trial(np.nan), 4, asked)
    assert lost.fate == "no value"
    assert best([lost], asked) is None


def test_a_good_point_is_seldom_dropped():
    """A point that is a little better than the best so far, 400 times: dropped in error with 1 % at most."""
    asked, dropped = section(), 0
    for seed in range(400):
        incumbent = after(trial(1000 + LUCK), 16, asked)
        rival = trial(999.9 + LUCK + small(seed, 20.0))
        for look in looks(asked)[:-1]:
            judge(rival, look, incumbent, asked, 1 - search.RISK / 2)
            if rival.fate == "worse":
                dropped += 1
                break
    assert dropped <= 10  # 4 expected; more than 10 would come about with 0.3 %


class Kept:
    """A confirmation without playing: `replicate` finds nothing to do."""

    @pytest.fixture(autouse=True)
    def _no_play(self, monkeypatch):
        monkeypatch.setattr(search, "replicate", lambda crew, jobs, progress: None)


class TestConfirmation(Kept):
    """The first sixteen replications chose; those from the seventeenth on judge."""

    def judged(self, trials, asked):
        for each in trials:
            judge(each, 16, None, asked, 0.99)
        with workforce(1) as crew:
            return search.confirm(crew, Made(1000 + LUCK, 0.9), trials, asked, lambda done: None)

    def test_only_replications_count_that_had_no_say(self):
        lucky = np.where(np.arange(200) < 16, 0.99, 0.9) + small(1, 0.001)
        asked = section(subject_to=least(0.95))
        found = self.judged([trial(900 + LUCK, lucky)], asked)[-1]
        assert found.trial.fate == "holds"
        assert not found.holds
        assert found.kpis[1].winner.point == pytest.approx(0.9, abs=0.001)
        assert found.kpis[0].winner.point == pytest.approx((900 + LUCK)[16:48].mean())
        assert found.kpis[0].difference.point == pytest.approx(-100)
        assert found.replications == found.kpis[0].winner.replications == 32

    def test_the_next_that_keeps_further_off_has_its_turn(self):
        """Cheapest but lucky; dearer and as lucky; safe."""
        lucky = np.where(np.arange(200) < 16, 0.96, 0.9) + small(1, 0.001)
        trials = [trial(900.0, lucky, 1), trial(910.0, lucky, 2), trial(920.0, 0.98 + small(2, 0.001), 3)]
        found = self.judged(trials, section(subject_to=least(0.95)))
        assert [(each.trial.number, each.holds) for each in found] == [(1, False), (3, True)]

    def test_candidates_share_the_risk(self):
        """A bound at 95 % for up to three candidates is one at 98.3 % for each."""
        fill = 0.95 + small(5, 0.01)
        found = self.judged([trial(900.0, fill)], section(subject_to=least(0.9)))[-1].kpis[1]
        fresh = fill[16:48]
        error = fresh.std(ddof=1) / 32**0.5
        from scipy.stats import t

        assert found.bound == pytest.approx(fresh.mean() - t.ppf(1 - 0.05 / 3, 31) * error)

    def test_where_none_holds_the_nearest_is_told_and_said_not_to_hold(self):
        trials = [trial(900.0, 0.5 + small(1, 0.01), 1), trial(999.0, 0.8 + small(2, 0.01), 2)]
        found = self.judged(trials, section(subject_to=least(0.95)))
        assert [(each.trial.number, each.holds) for each in found] == [(2, False)]
