"""The real order history of a gift wholesaler: its fit, simulated, looks like it. Skipped where the data is absent."""

from pathlib import Path

import numpy as np
import pytest
from scenes import SHARED

from simulator.engine.facts import LineOrdered, Ordered
from simulator.fitting import Fit, Options, fit
from simulator.mechanisms.returns.facts import Returned
from simulator.replication.simulate import simulate
from simulator.scenario.reading.load import load

FILE = SHARED / "data" / "online_retail_13wk_top200.csv.gz"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the real order history is not at {FILE}")

HISTORY = {
    "orders per week": 5585 / 13,
    "lines per order": 47741 / 5585,
    "units per line": 11.9627,
    "order value": 266.008,
    "return share": 1000 / 47741,
    "variance / mean": 6.4855,
}
"""As counted in the file by other means: awk over its lines."""
WITHIN = dict.fromkeys(HISTORY, 0.05) | {"variance / mean": 0.20}
REPLICATIONS = 3


@pytest.fixture(scope="module")
def fitted() -> Fit:
    return fit(FILE)


def measured(path: Path, replication: int) -> list[float]:
    """The same numbers of one replication, its warm-up left out."""
    scenario = load(path)
    run, ledger = scenario.run, simulate(scenario, replication)
    orders, lines, back = (ledger.columns(kind) for kind in (Ordered, LineOrdered, Returned))
    late = orders["at"] >= run.warm_up
    of = late[lines["order"] - 1]
    day = (orders["at"][late] // 24 - run.warm_up // 24).astype(int)
    daily = np.bincount(day, minlength=int((run.horizon - run.warm_up) / 24))
    trading = daily.reshape(-1, 7)[:, [0, 1, 2, 3, 4, 6]]  # the run starts on a Monday; there are no Saturdays
    returned = np.unique(back["line"][back["at"] >= run.warm_up])
    return [
        late.sum() / ((run.horizon - run.warm_up) / 168),
        of.sum() / late.sum(),
        lines["units"][of].mean(),
        (lines["units"] * lines["price"])[of].sum() / late.sum(),
        len(returned) / of.sum(),
        trading.var(ddof=1) / trading.mean(),
    ]


def test_a_simulated_year_looks_like_the_history(fitted: Fit, tmp_path: Path) -> None:
    path = tmp_path / "wholesaler.yaml"
    fitted.save(path)
    runs = np.array([measured(path, replication) for replication in range(REPLICATIONS)])
    found = dict(zip(HISTORY, runs.mean(axis=0).tolist(), strict=True))
    off = {name: found[name] / HISTORY[name] - 1 for name in HISTORY}
    assert not {name: by for name, by in off.items() if abs(by) > WITHIN[name]}


def test_what_is_read_adds_up(fitted: Fit) -> None:
    assert "48,741 rows, 5,585 orders with 47,741 lines, 1,000 return lines, 200 SKUs" in fitted.read
    assert not fitted.left_out
    history = {each.what: each.history for each in fitted.findings}
    assert history["orders per week"] == pytest.approx(HISTORY["orders per week"])
    assert history["variance / mean of daily orders"] == pytest.approx(HISTORY["variance / mean"], rel=1e-4)
    told = [each for each in fitted.findings if each.what == "units returned per unit sold"]
    assert told[0].history == pytest.approx(19863 / 571108, abs=1e-4)
    assert all(abs(each.difference) < 0.02 for each in fitted.findings if each not in told)
    assert all(each.value < 0.15 for each in fitted.goodness if each.statistic == "D")


def test_the_whole_file_is_replayed(tmp_path: Path) -> None:
    found = fit(FILE, Options(demand="replayed"))
    found.save(tmp_path / "replayed.yaml")
    ledger = simulate(load(tmp_path / "replayed.yaml"), 0)
    assert len(ledger.columns(Ordered)["at"]) == 5585
    lines = ledger.columns(LineOrdered)
    assert len(lines["line"]) == 47741
    assert float((lines["units"] * lines["price"]).sum()) == pytest.approx(266.0079 * 5585, rel=1e-5)
