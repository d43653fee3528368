"""Intervals from one run and the cut of the warm-up, against exact coverage, fixed series and transient queues.

Sources: Imhof (1961) for coverage, Law, Simulation Modeling and Analysis, ch. 4 and 9; White, Cobb & Spratt (2000).
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from truth.agreement import ERRORS, disagreement
from truth.systems import queue

import simulator
from simulator.engine.facts import Served
from simulator.experiments.executors import workforce
from simulator.experiments.intervals import Sample, interval, order_statistics_coverage, student
from simulator.experiments.steady_state import Series, batch_means, lag_1, mser, play, welch
from simulator.scenario.reading.load import parse

RUNS = 2000


def plain(values: np.ndarray) -> Series:
    """Observations, one row per run, as a series in steps of an hour."""
    values = np.atleast_2d(values)
    return Series("", 1.0, values, np.ones(values.shape))


@cache
def autoregressive(phi: float, size: int, runs: int = RUNS) -> np.ndarray:
    """Stationary Gaussian AR(1): X_t = phi X_(t-1) + e_t, e ~ N(0, 1); one row per run."""
    rng = np.random.default_rng(int(1000 * phi) + size)
    found = np.empty((runs, size))
    found[:, 0] = rng.standard_normal(runs) / np.sqrt(1 - phi**2)
    for at in range(1, size):
        found[:, at] = phi * found[:, at - 1] + rng.standard_normal(runs)
    return found


@pytest.mark.parametrize(
    ("phi", "size", "batches", "exact"),
    [
        # T01
        (0.9, 1000, 5, 0.9464088915179965),
        (0.9, 1000, 10, 0.9400062325090556),
        (0.9, 1000, 20, 0.92465002315818),
        (0.9, 1000, 50, 0.8668560798908603),
        # T02
        (0.8, 100, 10, 0.8803525022613466),
        (0.8, 100, 20, 0.7866934145696416),
        (0.8, 100, 100, 0.47796556484206),
    ],
)
def test_t01_t02_true_coverage_of_batch_means(phi, size, batches, exact):
    """T01, T02: nominal 95 % intervals of k equal batches cover the mean, 0, as often as the theory says they do."""
    found = [batch_means(plain(run), batches=batches) for run in autoregressive(phi, size)]
    assert {each.batches for each in found} == {batches}
    covered = np.mean([each.interval.low <= 0 <= each.interval.high for each in found])
    assert abs(covered - exact) < ERRORS * np.sqrt(exact * (1 - exact) / RUNS)


def test_the_number_of_batches_that_is_chosen_covers():
    """A series 1,000 / 9 times as long as it remembers: the batches chosen cover like independent ones, 95 %."""
    found = [batch_means(plain(run)) for run in autoregressive(0.8, 1000)]
    assert all(10 <= each.batches <= 20 for each in found)
    assert np.mean([each.independent for each in found]) > 0.95
    covered = np.mean([each.interval.low <= 0 <= each.interval.high for each in found])
    assert 0.93 - ERRORS * 0.005 < covered < 0.95 + ERRORS * 0.005


def test_a_series_that_is_too_short_for_its_memory_is_told():
    """T02's series of 100, of which 12 count: no number of batches is good, and most of the answers say so."""
    found = [batch_means(plain(run)) for run in autoregressive(0.8, 100)]
    assert np.mean([each.independent for each in found]) < 0.3
    assert all(each.batches == 10 for each in found if not each.independent)


def test_t03_what_correlation_does_to_the_mean():
    """T03, AR(1), phi 0.8: variance of a mean of 100, what batches of 1 make of it, and what long batches do."""
    runs, ones = autoregressive(0.8, 100), []
    for run in runs:
        found = batch_means(plain(run), batches=100).interval
        ones.append(((found.high - found.low) / 2 / student(0.95, 99)) ** 2 * 100)
    means = np.array([batch_means(plain(run), batches=2).interval.point for run in runs])
    assert not disagreement(means**2, 0.23888888889115237, 0.04, "variance of the mean")
    assert not disagreement(np.array(ones), 2.5645342311986123, 0.02, "expected sample variance")
    assert not disagreement(runs[:, 0] ** 2 / 0.23888888889115237, 11.627906976634014, 0.04, "effective sample size")
    long = autoregressive(0.8, 8000, 200)
    constants = []
    for run in long:
        found = batch_means(plain(run), batches=20).interval
        constants.append(((found.high - found.low) / 2 / student(0.95, 19)) ** 2 * 8000)
    assert not disagreement(np.array(constants), 25.0, 0.03, "asymptotic variance")


def test_t03_correlation_of_neighbouring_batches():
    """T03: batches of 50 of an AR(1) with phi 0.8 correlate by 0.0488; 200 runs of 160 batches."""
    batches = autoregressive(0.8, 8000, 200).reshape(200, 160, 50).mean(axis=2)
    found = np.array([lag_1(run[None]) for run in batches])
    assert not disagreement(found, 0.04877902745632985, 0.15, "lag-1 correlation")


def test_t05_mser_5_on_a_fixed_series():
    """T05: 400 values in batches of 5; the cut, the statistic and the mean of what is kept."""
    at = np.arange(1, 401)
    found = mser(plain(10 - 8 * np.exp(-at / 25) + 0.5 * np.sin(0.9 * at) + 0.3 * np.cos(2.3 * at)))
    assert found.steps == 105
    assert found.settled
    assert found.statistic == pytest.approx(0.00028139971806597663, rel=1e-9)
    assert found.mean == pytest.approx(9.992868895745827, rel=1e-12)


def numbers_found(arrivals: float, service: float) -> Iterator[np.ndarray]:
    """M/M/1 started empty: the distribution of the number that customer 1, 2, ... finds, up to 400.

    Between two arrivals each of those present leaves before the next arrival with chance service / (both rates).
    """
    leaves, found = service / (arrivals + service), np.zeros(401)
    found[0] = 1.0
    present, left = np.arange(402)[:, None], np.arange(401)[None]
    step = np.where(left > 0, (1 - leaves) * leaves ** np.maximum(present - left, 0), leaves**present)
    step = np.where(left <= present, step, 0.0)  # of `present` some leave, `left` remain
    while True:
        yield found
        found = found @ step[1:402]


def one_clerk(arrivals: str, service: str, horizon: str, seed: int) -> str:
    stages = f"[{{stage: entry, staff: 1, time: {{exponential: {{mean: {service}}}}}}}]"
    return queue(seed=seed, horizon=horizon, orders=arrivals, stages=stages)


def by_customer(text: str, replications: int, customers: int) -> tuple[np.ndarray, np.ndarray]:
    """Waits and sojourns of the first customers in order of arrival, one row per replication."""
    scenario, found = parse(text), np.empty((2, replications, customers))
    for number in range(replications):
        served = simulator.simulate(scenario, number).columns(Served)
        ranked = np.argsort(served["queued"])[:customers]
        queued, started, ended = (served[name][ranked] for name in ("queued", "started", "ended"))
        found[:, number] = started - queued, ended - queued
    assert np.isfinite(found).all()
    return found[0], found[1]


Q22 = {
    (1, 10): (1.1800869823251712, 2.080086982325171, 0.6124496906687026),
    (1, 25): (2.124489346531961, 3.024489346531961, 0.7319796551589703),
    (101, 200): (6.416941782306802, 7.316941782306802, 0.8886674331460306),
}
Q23 = {
    (21, 70): (0.3327442040660877, 0.666077537399421, 0.4998477087386638),
    (51, 250): (0.3333315189494443, 0.6666648522827776, 0.4999995931060733),
}


@pytest.fixture(scope="module")
def busy_clerk() -> tuple[np.ndarray, np.ndarray]:
    """Q22: arrivals 1 per hour, service of 54 minutes, 200 customers from an empty start."""
    return by_customer(one_clerk("1 per hour", "54 min", "420 h", 22), 500, 200)


def expect_windows(waits: np.ndarray, sojourns: np.ndarray, exact: dict, within: float) -> None:
    faults = []
    for (first, last), values in exact.items():
        here = slice(first - 1, last)
        parts = waits[:, here].mean(1), sojourns[:, here].mean(1), (waits[:, here] > 0).mean(1)
        faults += [
            disagreement(part, value, within, f"customers {first} to {last}")
            for part, value in zip(parts, values, strict=True)
        ]
    assert not any(faults), faults


def test_q22_averages_of_the_first_customers(busy_clerk):
    """Q22, M/M/1 started empty, load 0.9: expected average wait, sojourn and share that waits of windows."""
    expect_windows(*busy_clerk, Q22, within=0.05)


def test_q23_averages_after_a_deleted_warm_up():
    """Q23, M/M/1 started empty, arrivals 1.5 and service 3 per hour: windows behind deleted customers."""
    found = by_customer(one_clerk("1.5 per hour", "20 min", "260 h", 23), 400, 250)
    expect_windows(*found, Q23, within=0.045)


def test_welchs_curve_follows_the_expected_waits(busy_clerk):
    """Q22: the moving average over customers against that of the exact expected waits E[N_n] / service rate."""
    waits, window = busy_clerk[0], 5
    chain = numbers_found(1.0, 1 / 0.9)
    expected = np.array([next(chain) @ np.arange(401) * 0.9 for _ in range(200)])
    assert expected[:10].mean() == pytest.approx(Q22[1, 10][0], rel=1e-9)
    assert expected[100:].mean() == pytest.approx(Q22[101, 200][0], rel=1e-6)
    curve = welch(plain(waits), window)
    assert len(curve) == 195
    for place in (0, 1, 3, 10, 30, 80, 150, 194):
        side = min(place, window)
        here = slice(place - side, place + side + 1)
        error = waits[:, here].mean(axis=1).std(ddof=1) / np.sqrt(len(waits))
        assert abs(curve[place] - expected[here].mean()) <= ERRORS * error, place


def test_the_series_of_a_queue_follow_the_chain():
    """M/M/1 started empty, load 0.9: queue length and queue time in steps of 5 hours, against the Markov chain.

    Poisson arrivals see what is there: those of a step wait for the number in the system, averaged over the step.
    """
    from scipy.linalg import expm

    size, arrivals, service, tick = 120, 1.0, 1 / 0.9, 0.05
    rates = np.diag(np.full(size - 1, arrivals), 1) + np.diag(np.full(size - 1, service), -1)
    rates -= np.diag(rates.sum(axis=1))
    move, state, present = expm(rates * tick), np.eye(size)[0], []
    for _ in range(int(60 / tick)):
        present.append((state @ np.arange(size), state @ np.maximum(np.arange(size) - 1, 0)))
        state = state @ move
    in_system, waiting = np.array(present).reshape(12, -1, 2).mean(axis=1).T  # the tick is short beside the step
    with workforce(1) as crew:
        lengths, times = play(
            crew, parse(one_clerk("1 per hour", "54 min", "90 h", 24)), ["queue_length", "queue_time"], 5.0, 300
        )
    for step in range(12):
        assert not disagreement(lengths.each[:, step], waiting[step], 0.14, f"length, step {step}")
        above, below = times.above[:, step], times.below[:, step]
        linear = times.curve[step] + (above - times.curve[step] * below) / below.mean()
        assert not disagreement(linear, in_system[step] / service, 0.14, f"time, step {step}")


@pytest.mark.parametrize(
    ("count", "share", "low", "high", "exact"),
    [
        (100, 0.90, 84, 96, 0.955690107191223),
        (50, 0.95, 45, 50, 0.8852788517335094),
        (20, 0.5, 6, 15, 0.9586105346679688),
    ],
)
def test_t12_coverage_of_order_statistics(count, share, low, high, exact):
    """T12: how often a percentile lies between two ranked values, by formula and by counting."""
    assert order_statistics_coverage(count, share, low, high) == pytest.approx(exact, abs=1e-12)
    ranked = np.sort(np.random.default_rng(12).exponential(size=(4000, count)), axis=1)
    true = -np.log(1 - share)
    covered = (ranked[:, low - 1] <= true) & (true < ranked[:, high - 1])
    assert not disagreement(covered.astype(float), exact, 0.02)


@pytest.mark.long
def test_t15_coverage_of_students_interval_of_skewed_replications():
    """T15: 90 % t-intervals of the average wait of 25 customers, from 5 to 40 replications, cover too seldom.

    Experiments are drawn from 2,000 replications, so that thousands of them tell; what is covered is then the mean
    of these. Their own sampling error moves the coverage by about a point.
    """
    waits, _ = by_customer(one_clerk("1 per hour", "54 min", "90 h", 15), 2000, 25)
    average = waits.mean(axis=1)
    assert not disagreement(average, Q22[1, 25][0], 0.05)
    rng, found = np.random.default_rng(15), []
    for count in (5, 10, 20, 40):
        drawn = rng.choice(average, (6000, count))
        ends = [interval(Sample("mean", each), 0.9)[1:3] for each in drawn]
        found.append(np.mean([low <= average.mean() <= high for low, high in ends]))
    assert found == pytest.approx([0.836354, 0.859252, 0.876966, 0.887658], abs=0.025)
