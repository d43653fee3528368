"""Comparisons: the statistics on numbers whose law is known, the verdicts, and pairs whose outcome is known."""

import math

import numpy as np
import pytest
from scipy import stats

import simulator
from simulator.experiments.arguments import ArgumentError
from simulator.experiments.compare import ComparisonError, compare, compare_results, with_own_luck
from simulator.experiments.differences import CAP, Contrast, common, critical, levels, more_needed, usual_worth, verdict
from simulator.experiments.intervals import Interval, Sample, percentile
from simulator.experiments.store import Store
from simulator.scenario.reading.load import parse


def pair(rng, count, shared=0.8, gap=0.0):
    """A base and another with partly the same random numbers, the other higher by `gap`."""
    luck = rng.normal(size=count)
    one, other = (np.sqrt(shared) * luck + np.sqrt(1 - shared) * rng.normal(size=count) for _ in range(2))
    return Sample("mean", one), Sample("mean", other + gap)


def test_the_mean_difference_of_ratios_is_the_difference_of_the_ratios():
    """All numerators by all denominators, in each; replications of unequal size, one of them empty."""
    base = Sample("ratio", np.array([0.5, 0.8, np.nan, 0.9]), np.array([10.0, 100.0, 0.0, 50.0]))
    other = Sample("ratio", np.array([0.6, 0.9, 0.2, 0.9]), np.array([20.0, 90.0, 5.0, 60.0]))
    exact = (12 + 81 + 1 + 54) / 175 - (5 + 80 + 45) / 160
    for paired in (True, False):
        found = Contrast(base, other, paired).interval(0.95)
        assert found.point == pytest.approx(exact)
        assert found.low < found.point < found.high


def test_percentiles_are_compared_by_the_median_of_the_differences():
    """With 8 pairs the 2nd to the 7th of the ranked differences cover the median with 93 %: 1 - 2 P(B <= 1)."""
    base = Sample("percentile", np.array([10.0, 20, 30, 40, 50, 60, 70, 80]))
    steps = np.array([5.0, -1, 3, 100, 2, 4, 1, 6])
    found = Contrast(base, Sample("percentile", base.values + steps)).interval(1 - 2 * stats.binom.cdf(1, 8, 0.5))
    assert found[:3] == pytest.approx((3.5, 1, 6))
    assert found.method == "order statistics"
    apart = Contrast(base, Sample("percentile", base.values + steps), paired=False).interval(0.9)
    each = [percentile(sample.values, 0.5, 0.95) for sample in (base, Sample("percentile", base.values + steps))]
    assert apart[1:3] == pytest.approx((each[1].low - each[0].high, each[1].high - each[0].low)), "5 % risk in each"
    assert apart.low < found.low < found.high < apart.high


def test_pairs_are_of_the_replications_that_both_have():
    one, other = Sample("mean", np.array([1.0, 2.0, 3.0])), Sample("mean", np.array([20.0, 40.0, 10.0]))
    found = common([one, other], [[0, 2, 5], [2, 3, 0]])
    assert [each.values.tolist() for each in found] == [[1, 2], [10, 20]]
    gap = Contrast(Sample("mean", np.array([1.0, np.nan, 3.0])), Sample("mean", np.array([2.0, 5.0, 4.0])))
    assert (gap.interval(0.9).point, gap.interval(0.9).replications, gap.freedom) == (1.0, 2, 1)


def test_what_is_saved_is_the_factor_of_replications():
    rng = np.random.default_rng(1)
    contrast = Contrast(*pair(rng, 4000, shared=0.9))
    assert contrast.saved == pytest.approx(10, rel=0.1), "variances 1 and 1, of the difference 2 x 0.1"
    times = contrast.saved
    paired = Contrast(*pair(rng, 500, shared=0.9)).interval(0.95)
    apart = Contrast(*pair(rng, int(500 * times), shared=0.0), paired=False).interval(0.95)
    assert paired.high - paired.low == pytest.approx(apart.high - apart.low, rel=0.15)


def test_differences_that_never_vary_save_more_than_can_be_said():
    base = np.array([1.0, 2.0, 4.0])
    assert Contrast(Sample("mean", base), Sample("mean", base + 3)).saved == math.inf
    assert math.isnan(Contrast(Sample("mean", base * 0), Sample("mean", base * 0)).saved)


@pytest.mark.parametrize("paired", [True, False])
def test_all_intervals_together_cover_as_often_as_stated(paired):
    """Two KPIs, three alternatives of unequal spread that truly equal the base; 80 %, so that both sides have power."""
    rng, runs, covered = np.random.default_rng(5), 1500, 0
    for _ in range(runs):
        family = []
        for _ in range(2):
            luck, base = rng.normal(size=15), rng.normal(size=15)
            others = [spread * (luck * paired + rng.normal(size=15)) for spread in (0.5, 1, 2)]
            family.append(
                [Contrast(Sample("mean", base + luck * paired), Sample("mean", each), paired) for each in others]
            )
        together = levels(family, 0.8, "bonferroni")
        found = [
            each.interval(confidence)
            for row, confidences in zip(family, together, strict=True)
            for each, confidence in zip(row, confidences, strict=True)
        ]
        covered += all(each.low <= 0 <= each.high for each in found)
    error = math.sqrt(0.8 * 0.2 / runs)
    assert 0.8 - 4 * error < covered / runs < 0.88 + 4 * error


def test_dunnett_is_narrower_than_bonferroni_and_wider_than_no_care_at_all():
    rng = np.random.default_rng(2)
    base = rng.normal(size=30)
    row = [Contrast(Sample("mean", base), Sample("mean", rng.normal(size=30))) for _ in range(4)]
    dunnett, bonferroni = (levels([row, row], 0.95, method)[0] for method in ("dunnett", "bonferroni"))
    assert bonferroni == pytest.approx([1 - 0.05 / 8] * 4)
    assert 0.975 < dunnett[0] < bonferroni[0]
    assert len(set(dunnett)) == 1
    short = [Contrast(Sample("mean", each.base.values[:6]), Sample("mean", each.other.values[:6])) for each in row]
    assert levels([short], 0.95, "dunnett") == levels([short], 0.95, "bonferroni"), "too few to trust correlations"


def test_dunnett_goes_by_the_correlation_of_the_differences():
    """Paired: as they show it. Independent, of one variance: a half, since half of each difference is the base's."""
    rng = np.random.default_rng(3)
    base = rng.normal(size=12)
    others = [base[::-1], np.roll(base, 5), rng.permutation(base)]
    for paired, freedom in ((True, 11), (False, 22)):
        row = [Contrast(Sample("mean", base), Sample("mean", each), paired) for each in others]
        related = np.corrcoef([each - base for each in others]) if paired else np.full((3, 3), 0.5) + 0.5 * np.eye(3)
        exact = 1 - 2 * stats.t.sf(critical(related, freedom, 0.95), freedom)
        assert levels([row], 0.95, "dunnett") == [pytest.approx([exact] * 3, abs=1e-4)]


@pytest.mark.parametrize(("systems", "table"), [(2, 2.38), (3, 2.54), (4, 2.65)])
def test_critical_values_are_those_of_dunnetts_table(systems, table):
    """Two-sided, 5 %, 20 degrees of freedom."""
    equal = np.full((systems, systems), 0.5) + 0.5 * np.eye(systems)
    assert critical(equal, 20, 0.95) == pytest.approx(table, abs=0.006)


def test_alternatives_that_move_as_one_count_once():
    assert critical(np.ones((3, 3)), 20, 0.95) == pytest.approx(stats.t.ppf(0.975, 20), abs=0.01)


def interval(low, high, count=20):
    return Interval((low + high) / 2, low, high, "t", count)


@pytest.mark.parametrize(
    ("low", "high", "better", "said"),
    [
        (1, 3, "higher", "better"),
        (1, 3, "lower", "worse"),
        (-3, -1, "higher", "worse"),
        (-3, -1, "lower", "better"),
        (1, 3, "neither", "higher"),
        (-3, -1, "neither", "lower"),
        (-1, 3, "higher", "undecided"),
        (0, 3, "higher", "undecided"),
        (-0.5, 0.5, "higher", "no difference"),
        (-0.4, 0.5, "lower", "no difference"),
        (0.1, 0.4, "higher", "no difference"),
        (0.1, 0.6, "higher", "better"),
        (-0.6, 0.5, "neither", "undecided"),
        (0, 0, "higher", "no difference"),
        (math.nan, math.nan, "higher", "undecided"),
    ],
)
def test_verdicts(low, high, better, said):
    assert verdict(interval(low, high), 0.5, better) == said


def test_the_usual_worth_is_smaller_where_little_is_left_to_gain():
    assert usual_worth(0.95, "share of units") == pytest.approx(0.005)
    assert usual_worth(0.99, "share of units") == pytest.approx(0.001)
    assert usual_worth(0.01, "share of units") == pytest.approx(0.001)
    assert usual_worth(-250.0, "money per week") == 2.5
    assert usual_worth(math.nan, "hours") == 0


@pytest.mark.parametrize(("mean", "worth"), [(0.3, 0.0), (0.3, 0.1), (0.05, 0.4), (0.0, 0.2)])
def test_so_many_more_replications_would_decide_if_nothing_else_changed(mean, worth):
    """The interval that the same spread gives with so many, and with one less."""
    spread, confidence, count = 1.0, 0.99, 10

    def at(number: int) -> Interval:
        half = stats.t.ppf(0.5 + confidence / 2, number - 1) * spread / math.sqrt(number)
        return Interval(mean, mean - half, mean + half, "t", number)

    more = more_needed(at(count), worth, confidence, count - 1)
    assert verdict(at(count), worth, "higher") == "undecided"
    assert verdict(at(count + more + 1), worth, "higher") != "undecided"
    assert verdict(at(count + more - 1), worth, "higher") == "undecided"


def test_nobody_is_sent_after_what_cannot_be_decided():
    assert more_needed(interval(-1, 1), 0.0, 0.95, 19) is None, "a difference of 0 is never decided without a worth"
    assert more_needed(interval(-1, 1.0001), 0.0, 0.95, 19) is None, f"more than {CAP}"
    assert more_needed(interval(math.nan, math.nan), 1.0, 0.95, 19) is None


CHANNELS = ("own_stock", "pooled", "protected")


@pytest.fixture(scope="module")
def store():
    """What one test has played is not played again by the next."""
    with Store("") as kept:
        yield kept


@pytest.fixture(scope="module")
def channels(store):
    scenarios = [simulator.load(f"what_if/channels_{name}") for name in CHANNELS]
    kpis = ["orders_per_week", "line_fill_rate", "lost_sales", "margin", "on_hand"]
    return compare(scenarios, 8, kpis=kpis, by=["channel"], workers=1, store=store, worth={"line_fill_rate": 0.02})


POOLED, PROTECTED = "Stock pooled over channels", "Pooled stock, protected for the web"


def test_pooling_helps_the_whole_and_hurts_the_channel_that_earns_most(channels):
    said = {(e.kpi, e.alternative, e.label): e.verdict for e in channels.differences}
    assert said["line_fill_rate", POOLED, ""] == "better"
    assert said["lost_sales", POOLED, ""] == "better"
    assert said["margin", POOLED, ""] == "better"
    assert said["on_hand", POOLED, ""] == "lower"
    assert said["line_fill_rate", POOLED, "web"] == said["margin", POOLED, "web"] == "worse"
    assert said["line_fill_rate", PROTECTED, "web"] == "no difference"
    assert said["line_fill_rate", PROTECTED, "marketplace"] == said["margin", PROTECTED, ""] == "better"


def test_the_same_customers_come_and_that_is_said(channels):
    found = channels.difference("orders_per_week", POOLED)
    assert (found.mean, found.low, found.high) == (0, 0, 0)
    assert found.says == "the same in every replication"


def test_differences_are_those_of_the_estimates(channels):
    base = channels.results[0]
    for each in channels.differences:
        other = channels.results[channels.names.index(each.alternative)]
        one, two = (result.estimate(each.kpi, each.dimension, each.label).mean for result in (base, other))
        assert (each.base, each.value) == (one, two)
        assert each.mean == pytest.approx(two - one, abs=1e-9)


def test_each_table_is_a_family_of_its_own(channels):
    """The whole has 5 KPIs x 2 alternatives; by channel there are 5 x 2 x 3."""
    for each, alone in (
        (channels.difference("margin", POOLED), 1 - 0.05 / 10),
        (channels.difference("margin", POOLED, "channel", "web"), 1 - 0.05 / 24),
    ):
        pairs = [result.values(each.kpi, each.dimension)[:, 0] for result in channels.results[:2]]
        half = stats.t.ppf(0.5 + alone / 2, 7) * np.std(pairs[1] - pairs[0], ddof=1) / math.sqrt(8)
        assert each.high - each.low == pytest.approx(2 * half)


def test_luck_of_ones_own_makes_wider_intervals_and_saves_nothing(channels, store):
    own = compare(
        [result.scenario for result in channels.results[::2]],
        8,
        kpis=["margin"],
        workers=1,
        store=store,
        independent=True,
    )
    assert [result.scenario.run.seed for result in own.results] == [1, 2]
    found, paired = own.difference("margin"), channels.difference("margin", PROTECTED)
    assert found.method == "Welch"
    assert math.isnan(found.saved)
    assert found.high - found.low > 2 * (paired.high - paired.low), "alone it is at 95 %, not at 99.5 %, and yet"
    one, two = (result.sample("margin").values for result in own.results)
    exact = stats.ttest_ind(two, one, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(exact))
    assert not np.array_equal(own.results[0].values("orders_per_week"), own.results[1].values("orders_per_week"))


def test_an_early_window_is_worse_without_any_other_delivery(store):
    pair = [simulator.load(f"what_if/retailer_{name}") for name in ("contract", "early_window")]
    found = compare(pair, 4, kpis=["order_cycle_time", "sla_attainment", "sla_penalty"], workers=1, store=store)
    assert [each.verdict for each in found.differences] == ["no difference", "worse", "worse"]
    assert found.difference("order_cycle_time").low == found.difference("order_cycle_time").high == 0


def test_percentiles_of_the_product_have_order_statistics(store):
    pair = [simulator.load(f"what_if/queue_{name}") for name in ("first_come", "smallest_first")]
    found = compare(pair, 10, kpis=["order_cycle_time_p95", "backorder_age_p95"], workers=1, store=store)
    assert {each.method for each in found.differences} == {"order statistics"}
    assert found.difference("order_cycle_time_p95").verdict == "better"
    assert found.difference("backorder_age_p95").verdict == "worse"


def test_what_is_not_in_both_is_left_out_unless_it_is_asked_for(store):
    """Shelves of one's own are three sites, pooled stock is one: no slice by site is in both."""
    own, pooled = (simulator.load(f"what_if/channels_{name}") for name in CHANNELS[:2])
    found = compare([own, pooled], 2, workers=1, store=store, by=["site"])
    assert not [each for each in found.differences if each.dimension]
    assert found.notes == ["no site is in all scenarios: there is nothing to compare by site"]
    assert "sla_penalty" not in {each.kpi for each in found.differences}
    with pytest.raises(ComparisonError, match="Own stock by channel has nothing to measure for the KPI 'sla_penalty'"):
        compare([own, pooled], 2, workers=1, store=store, kpis=["sla_penalty"])
    with pytest.raises(ComparisonError, match=r"dimension 'contract'; there are .*channel"):
        compare([own, pooled], 2, workers=1, store=store, by=["contract"])


def test_what_cannot_be_compared_is_told_before_everything_is_played():
    played = []
    with pytest.raises(ComparisonError, match="nothing to measure for the KPI 'sla_penalty'"):
        compare(
            [short(), short(level=20)],
            100,
            workers=1,
            kpis=["sla_penalty"],
            progress=lambda done, total: played.append((done, total)),
        )
    assert max(played) == (50, 200)


def short(seed=1, horizon="12 weeks", warm_up="4 weeks", name="Base", level=16):
    return parse(f"""
name: {name}
run: {{horizon: {horizon}, warm_up: {warm_up}, seed: {seed}}}
market: {{segments: {{all: {{demand: {{rule: poisson, orders: 4 per day}}, basket: {{units: 1}}}}}}}}
products: {{part: {{price: 40, cost: 25}}}}
network:
  suppliers: {{maker: {{lead_time: 3 days}}}}
  sites: {{store: {{stock: {{part: {{rule: base_stock, level: {level}}}}}}}}}
""")


def test_another_seed_is_no_pair_and_another_time_is_told():
    with pytest.raises(ComparisonError, match=r"Base has seed 1, Other has seed 2.*--seed.*--independent"):
        compare([short(), short(seed=2, name="Other")], 2, workers=1)
    found = compare([short(), short(horizon="13 weeks", warm_up="3 weeks", name="Other")], 2, workers=1)
    assert len(found.notes) == 2
    assert "Other has horizon 2184.0 h, Base 2016.0 h" in found.notes[0]
    assert compare([short(), short(seed=2, name="Other")], 2, workers=1, independent=True).notes == []


def test_seeds_are_raised_only_where_they_are_taken():
    scenarios = [short(seed=seed) for seed in (5, 5, 5, 6, 9)]
    assert [each.run.seed for each in with_own_luck(scenarios)] == [5, 6, 7, 8, 9]


def test_scenarios_of_one_name_are_told_apart():
    found = compare([short(), short(level=17), short(level=18)], 2, workers=1, kpis=["unit_fill_rate"])
    assert found.names == ["Base", "Base (2)", "Base (3)"]
    assert found.difference("unit_fill_rate", "Base (3)").value > found.difference("unit_fill_rate", "Base (2)").value
    with pytest.raises(KeyError, match="name the alternative"):
        found.difference("unit_fill_rate")


def test_undecided_says_how_many_more_and_that_many_do_decide(store):
    """The level rises by one: with few replications within sampling error, with those said no longer."""
    pair = [short(), short(level=17, name="One more")]
    few = compare(pair, 2, kpis=["unit_fill_rate"], workers=1, store=store).difference("unit_fill_rate")
    assert few.verdict == "undecided"
    assert 0 < few.more < 100
    assert few.says == f"undecided: about {few.more} more replications needed"
    more = compare(pair, 2 + 2 * few.more, kpis=["unit_fill_rate"], workers=1, store=store)
    assert more.difference("unit_fill_rate").verdict == "better"


def test_an_interrupt_compares_the_pairs_that_are_finished():
    def tell(done, total):
        if done >= 10:
            raise KeyboardInterrupt

    found = compare([short(), short(level=20, name="More")], 12, kpis=["unit_fill_rate"], workers=1, progress=tell)
    assert found.stopped == "interrupted"
    assert 2 <= found.replications < 12
    assert found.difference("unit_fill_rate").replications == found.replications


def test_results_that_are_there_already_are_compared_as_they_are():
    """Replications that only one of them has are left aside."""
    one, two = simulator.run(short(), 6, workers=1), simulator.run(short(level=20, name="More"), 4, workers=1)
    found = compare_results([one, two], kpis=["on_hand"])
    assert found.replications == found.difference("on_hand").replications == 4
    exact = two.values("on_hand")[:, 0] - one.values("on_hand")[:4, 0]
    assert found.difference("on_hand").mean == pytest.approx(exact.mean())


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"replications": 1}, "replications: a whole number, 2 or more"),
        ({"replications": 2.5}, "replications: a whole number, 2 or more, is expected; found 2.5"),
        ({"confidence": 95}, "between 0 and 1"),
        ({"simultaneous": "tukey"}, "'bonferroni' or 'dunnett'"),
        ({"worth": {"on_time": -1}}, "not negative"),
    ],
)
def test_settings_that_make_no_sense_are_told(settings, said):
    with pytest.raises(ArgumentError, match=said):
        compare([short(), short()], **settings)


def test_a_comparison_wants_two_and_kpis_that_there_are():
    with pytest.raises(ComparisonError, match="one alternative"):
        compare([short()])
    for settings in ({"kpis": ["fill"]}, {"worth": {"fill": 1}}):
        with pytest.raises(KeyError, match="no KPI 'fill'"):
            compare([short(), short()], **settings)
