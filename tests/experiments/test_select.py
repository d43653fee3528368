"""The procedures of selection on values whose means are known, and over scenarios whose order is known."""

import numpy as np
import pytest

import simulator
from simulator.experiments import selection
from simulator.experiments.executors import workforce
from simulator.experiments.replicate import Experiment
from simulator.experiments.select import Desk, select
from simulator.experiments.store import Store


class Systems:
    """Normal systems that share their luck as far as stated; counts what is asked of them."""

    def __init__(self, seed, means, spreads, shared=0.0):
        rng = np.random.default_rng(seed)
        luck = rng.normal(size=4000)
        self.rows = [
            mean + spread * (np.sqrt(shared) * luck + np.sqrt(1 - shared) * rng.normal(size=4000))
            for mean, spread in zip(means, spreads, strict=True)
        ]
        self.given = [0] * len(means)

    def __call__(self, wanted):
        found = {}
        for system, count in wanted.items():
            found[system] = self.rows[system][self.given[system] : self.given[system] + count]
            self.given[system] += count
        return found


def kn_by_the_book(rows, indifference, risk, first):
    """KN as Kim and Nelson write it, one value after the other, with plain loops."""
    systems = len(rows)
    eta = 0.5 * ((2 * risk / (systems - 1)) ** (-2 / (first - 1)) - 1)
    h2 = 2 * eta * (first - 1)
    s2 = {
        (i, k): np.var(np.array(rows[i][:first]) - rows[k][:first], ddof=1)
        for i in range(systems)
        for k in range(systems)
        if i != k
    }
    limit = {i: max(int(h2 * s2[i, k] / indifference**2) for k in range(systems) if k != i) for i in range(systems)}
    left, r = set(range(systems)), first
    if first > max(limit.values()):
        return max(left, key=lambda i: np.mean(rows[i][:first])), first
    while True:
        mean = {i: np.mean(rows[i][:r]) for i in left}
        left = {
            i
            for i in left
            if all(
                mean[i] >= mean[k] - max(0.0, indifference / (2 * r) * (h2 * s2[i, k] / indifference**2 - r))
                for k in left
                if k != i
            )
        }
        if len(left) == 1:
            return left.pop(), r
        r += 1
        if r == max(limit[i] for i in left) + 1:
            return max(left, key=lambda i: np.mean(rows[i][:r])), r


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("block", [1, 7, 50])
def test_kn_does_what_the_book_says_whatever_the_blocks(seed, block):
    systems = Systems(seed, (0.5, 0.2, 0.0, -1.0), (1.0, 2.0, 1.5, 1.0), shared=0.3)
    best, after = kn_by_the_book(systems.rows, 0.5, 0.05, 10)
    choice = selection.select_kn(systems, 4, 0.5, confidence=0.95, first=10, block=block)
    assert choice.best == best
    assert choice.kept == (best,)
    assert after <= choice.counts[best] < after + block
    assert choice.counts == tuple(systems.given)


def test_kn_is_quicker_under_common_luck_and_drops_the_hopeless_first():
    spent = {}
    for shared in (0.0, 0.9):
        choices = [
            selection.select_kn(Systems(seed, (1.0, 0.0, -8.0), (2.0, 2.0, 2.0), shared), 3, 1.0, block=1)
            for seed in range(20)
        ]
        assert sum(choice.best == 0 for choice in choices) >= 18
        assert all(choice.counts[2] <= min(choice.counts[:2]) for choice in choices)
        spent[shared] = np.sum([choice.counts for choice in choices], axis=0)
    assert spent[0.0][2] < 0.7 * spent[0.0][1]
    assert spent[0.9].sum() < spent[0.0].sum() / 1.5


def test_kn_stops_where_it_must_not_go_on_and_says_that_it_is_undecided():
    for means in ((6.0, 0.0), (0.0, 6.0)):
        choice = selection.select_kn(Systems(1, means, (5.0, 5.0)), 2, 0.01, first=10, cap=35)
        assert choice.kept == (0, 1)
        assert choice.counts == (35, 35)
        assert choice.best == means.index(6.0), "the one that leads is named"


def test_systems_that_are_the_same_do_not_go_on_for_ever():
    rows = Systems(1, (0.0, 0.0), (1.0, 1.0))
    rows.rows[1] = rows.rows[0]
    assert selection.select_kn(rows, 2, 0.1).kept == (0,)


def test_a_subset_keeps_the_best_as_often_as_promised_and_drops_what_is_surely_worse():
    """The best leads by nothing at all, the case in which it is lost most easily; two of five are hopeless."""
    runs, kept, sizes = 600, 0, 0
    for seed in range(runs):
        systems = Systems(seed, (0.0, 0.0, -0.05, -4.0, -4.0), (1.0, 2.0, 1.5, 1.0, 2.0), shared=0.5)
        found = selection.select_subset(systems, 5, 15).kept
        kept += 0 in found
        sizes += len(found)
        assert not {3, 4} & set(found)
    assert kept / runs >= 0.95
    assert 2.0 < sizes / runs < 3.0


def test_a_subset_is_not_cautious_for_nothing():
    """With two systems there is one comparison, and the risk is used in full: level ones are lost at 5 %."""
    runs = 2000
    lost = np.mean(
        [0 not in selection.select_subset(Systems(seed, (0, 0), (1, 2)), 2, 10).kept for seed in range(runs)]
    )
    assert abs(lost - 0.05) < 4 * np.sqrt(0.05 * 0.95 / runs)


def test_an_indifference_makes_the_subset_smaller():
    sizes = [
        sum(
            len(selection.select_subset(Systems(seed, (0.6, 0, 0, 0), (2, 2, 2, 2)), 4, 20, indifference=zone).kept)
            for seed in range(100)
        )
        for zone in (0.0, 0.6)
    ]
    assert sizes[1] < sizes[0] - 20


def test_ocba_shares_a_budget_by_the_formula_and_spends_it_to_the_last():
    """Rivals as the square of deviation / distance; the best by the root of the sum of squares."""
    share = selection.shares(np.array([0.0, 10.0, 5.0]), np.array([4.0, 2.0, 3.0]))
    assert share[0] / share[2] == pytest.approx(((4 / 10) / (3 / 5)) ** 2)
    assert share[1] == pytest.approx(2 * np.sqrt((share[0] / 4) ** 2 + (share[2] / 3) ** 2))
    assert share.sum() == pytest.approx(1)
    systems = Systems(2, (0.0, 10.0, 9.0), (3.0, 3.0, 3.0))
    choice = selection.select_ocba(systems, 3, 203, first=10)
    assert sum(choice.counts) == 203
    assert choice.best == 1
    assert choice.counts[0] < 20 < choice.counts[2]


def test_ocba_is_right_more_often_than_even_shares_and_says_how_often():
    """Nine systems, most of them hopeless: even shares waste the budget on these."""
    means, spreads = (1.0, 0.5, *(-3.0,) * 7), (2.0,) * 9
    runs, right, even, told = 300, 0, 0, 0.0
    for seed in range(runs):
        choice = selection.select_ocba(Systems(seed, means, spreads), 9, 270, first=10)
        right += choice.best == 0
        told += choice.probability
        even += selection.select_ocba(Systems(seed, means, spreads), 9, 270, first=30).best == 0
    assert right > even + 15
    assert told / runs == pytest.approx(right / runs, abs=0.08)


def test_the_probability_of_being_right_is_what_the_rivals_leave():
    """Means 1 and 0, each with a standard error of 1: 1 - P(Z > 1 / sqrt 2). A second such rival takes as much."""
    rows = [np.array([0.0, 2.0]), np.array([-1.0, 1.0]), np.array([-1.0, 1.0])]
    for systems, exact in ((2, 1 - 0.2397501), (3, 1 - 2 * 0.2397501)):
        more = Systems(1, (0.0,) * systems, (1.0,) * systems)
        more.rows = rows[:systems]
        assert selection.select_ocba(more, systems, 2 * systems, first=2).probability == pytest.approx(exact, abs=1e-6)


def test_systems_without_luck_need_no_budget_and_no_division():
    systems = Systems(1, (1.0, 2.0), (0.0, 0.0))
    choice = selection.select_ocba(systems, 2, 40)
    assert (choice.best, choice.probability) == (1, 1.0)


@pytest.fixture(scope="module")
def channels():
    return [simulator.load(f"what_if/channels_{name}") for name in ("own_stock", "pooled", "protected")]


@pytest.fixture(scope="module")
def store():
    """What one test has played is not played again by the next."""
    with Store("") as kept:
        yield kept


def test_a_procedure_gets_the_next_values_and_never_the_same_again(channels):
    """The store holds more than is asked for; a smaller-is-better KPI is turned round."""
    with Store("") as kept, workforce(workers=1) as crew:
        whole = simulator.run(channels[0], 9, workers=1, store=kept).values("lost_sales")[:, 0]
        desk = Desk(crew, [Experiment(each, kept) for each in channels], ["a", "b", "c"], "lost_sales", False)
        assert desk({0: 3})[0] == pytest.approx(-whole[:3])
        found = desk({0: 4, 2: 2})
        assert found[0] == pytest.approx(-whole[3:7])
        assert found[2] == pytest.approx(-simulator.run(channels[2], 2, workers=1).values("lost_sales")[:, 0])


@pytest.mark.parametrize(
    "settings",
    [
        {"indifference": 3.0},
        {"procedure": "subset", "replications": 10},
        {"procedure": "ocba", "budget": 50},
    ],
)
def test_protected_stock_has_the_best_margin_whoever_selects(channels, store, settings):
    found = select(channels, "margin", workers=1, store=store, **settings)
    assert found.best == "Pooled stock, protected for the web"
    assert found.decided
    assert found.largest
    assert found.means[2] == max(found.means)
    assert found.replications[2] >= 10


def test_direction_is_the_kpis_own_unless_it_is_said(channels, store):
    """Least is lost from pooled stock, most from stock of one's own."""
    lost = select(channels, "lost_sales", indifference=0.01, workers=1, store=store)
    assert (lost.largest, lost.best) == (False, "Stock pooled over channels")
    assert min(lost.means) == lost.means[1] > 0
    most = select(channels, "lost_sales", indifference=0.01, largest=True, workers=1, store=store)
    assert most.best == "Own stock by channel"


def test_the_guarantee_is_told_in_words_and_numbers(channels, store):
    found = select(channels, "margin", indifference=3, confidence=0.9, workers=1, store=store)
    assert "3 or more (money per week)" in found.guarantee
    assert "at least 90 %" in found.guarantee
    assert (
        "Nothing is guaranteed"
        in select(channels, "margin", procedure="ocba", workers=1, store=store, first=5).guarantee
    )
    cut = select(channels, "margin", indifference=0.001, replications=12, workers=1, store=store)
    assert not cut.decided
    assert "without a guarantee" in cut.guarantee


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"kpi": "on_hand", "indifference": 1}, "whether the largest or the smallest"),
        ({}, "kn wants an indifference"),
        ({"indifference": 0.0}, "above 0"),
        ({"procedure": "ocba", "indifference": 1}, "no indifference"),
        ({"procedure": "ocba", "budget": 20}, "first stage of 10 for each of 3"),
        ({"procedure": "subset", "budget": 100}, "subset has no budget"),
        ({"indifference": 1, "confidence": 0.3}, "between 0.5 and 1"),
        ({"kpi": "sla_penalty", "indifference": 1}, "nothing to measure for the KPI 'sla_penalty'"),
    ],
)
def test_settings_that_make_no_sense_are_told(channels, store, settings, said):
    with pytest.raises(ValueError, match=said):
        select(channels, **{"kpi": "margin", "workers": 1, "store": store, **settings})


def test_several_faults_are_told_at_once(channels, store):
    with pytest.raises(ValueError, match=r"two scenarios at least\n.*kn wants an indifference"):
        select(channels[:1], "margin", workers=1, store=store)
