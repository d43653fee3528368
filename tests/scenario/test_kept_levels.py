"""Levels that were found are kept on disk: nothing is played twice, nothing depends on it, it is never in the way."""

import pytest

import simulator
from simulator.planning import kept_levels, stock_levels
from simulator.planning.level_search import Found
from simulator.planning.stock_levels import sized_shelves

SHELF = """
name: Two shelves
run: {start: 2026-01-05, horizon: 20 weeks, seed: 1}
market: {segments: {all: {site: store, demand: {rule: poisson, orders: 4 per day}, basket: {units: 2}}}}
products: {a: {price: 2, cost: 1}, b: {price: 3, cost: 1}}
network:
  suppliers: {maker: {lead_time: {gamma: {mean: 3 days, cv: 0.5}}}}
  sites:
    store: {stock: {default: {rule: reorder_point, quantity: 20, target: {unit_fill_rate: 0.9}}}}
    other: {stock: {default: {rule: base_stock, level: 9}}}
service: {stockout: {rule: backorder}, rules: [{promise: {rule: fixed, time: 3 days}}]}
costs: {order: 2}
"""


@pytest.fixture
def levels(tmp_path, monkeypatch):
    """The levels of the scenario with some changes, as a process finds them that has just begun; how many it played.

    What it plays is not played here: a shelf's level is its number.
    """
    monkeypatch.setenv(kept_levels.SETTING, str(tmp_path / "kept"))
    file = tmp_path / "shelf.yaml"
    file.write_text(SHELF)
    played = []

    def search(*case):
        played.append(case)
        return Found(float(len(played)), 0.9 + 0.001 * len(played), "played")

    monkeypatch.setattr(stock_levels, "search", search)

    def found(*changes):
        stock_levels._known.clear()
        played.clear()
        shelves = sized_shelves(simulator.load(str(file), changes), "store")
        return {sku: (shelf.point, shelf.reached, shelf.method) for sku, shelf in shelves.items()}, len(played)

    return found


def test_what_was_found_once_is_not_played_again(levels):
    first, played = levels()
    assert played == 2
    assert levels() == (first, 0)


@pytest.mark.parametrize(
    "change",
    [
        "products.a.price=5",
        "run.seed=2",
        "run.horizon=30 weeks",
        "run.warm_up=3 weeks",
        "costs.order=3",
        "service.rules[0].promise.time=2 days",
        "market.channels={web: {price: 0.9, protected: {units: 3}, record: {sync: 1 h}}}",
    ],
)
def test_what_no_level_depends_on_is_no_reason_to_play(levels, change):
    first, _ = levels()
    assert levels(change) == (first, 0)


@pytest.mark.parametrize(
    ("change", "anew"),
    [
        ("network.sites.store.stock.default.target.unit_fill_rate=0.95", 2),
        ("network.suppliers.maker.crossing=false", 2),
        ("market.segments.all.basket.units=3", 2),
        ("market.segments.all.waits=0.5", 2),
        ("service.stockout.rule=lost_sale", 2),
        ("products.a.popularity=2", 2),
        ("run.start=2026-02-02", 2),
        ("market.channels={web: {source: {rule: dedicated, site: other}}}", 2),
        ("network.sites.store.stock.a={rule: reorder_point, quantity: 20, target: {unit_fill_rate: 0.99}}", 1),
    ],
)
def test_what_a_level_depends_on_is_played(levels, change, anew):
    levels()
    assert levels(change)[1] == anew


def test_where_demand_grows_a_level_is_for_the_run_s_own_time(levels):
    growing = "market.segments.all.demand.rhythm={trend: 0.1}"
    levels(growing)
    assert levels(growing)[1] == 0
    assert levels(growing, "run.horizon=30 weeks")[1] == 2
    assert levels(growing, "run.warm_up=3 weeks")[1] == 2


def test_another_version_of_the_program_finds_its_own(levels, monkeypatch):
    levels()
    monkeypatch.setattr(kept_levels, "_sources", lambda: "another")
    assert levels()[1] == 2


def test_what_cannot_be_kept_or_read_is_played(levels, tmp_path, monkeypatch):
    """Switched off; a file where the folder should be; a file that is no database; a table of other columns."""
    first, _ = levels()
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "levels.db").write_bytes(b"not a database, but long enough to be taken for something" * 20)
    (tmp_path / "file").write_text("")
    for setting in ("off", str(tmp_path / "file"), str(damaged)):
        monkeypatch.setenv(kept_levels.SETTING, setting)
        assert levels() == (first, 2)
        assert levels() == (first, 2)


def test_the_folder_follows_the_custom_of_the_system(monkeypatch, tmp_path):
    monkeypatch.delenv(kept_levels.SETTING, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert kept_levels.folder() == tmp_path / "service-simulator"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert kept_levels.folder() == tmp_path / ".cache" / "service-simulator"


def test_the_hash_and_the_record_know_nothing_of_it(levels, tmp_path):
    from simulator.experiments.provenance import record

    fresh = record(simulator.load(str(tmp_path / "shelf.yaml")))
    levels()
    assert record(simulator.load(str(tmp_path / "shelf.yaml"))) == fresh


def test_nothing_is_played_before_somebody_wants_a_level(monkeypatch):
    """A scenario is read, hashed, pickled and described; the demand, the work and the schema are looked at."""
    import pickle

    from simulator.checks.overload import overloads
    from simulator.scenario.scenario import Scenario

    def refuse(*_):
        raise AssertionError("a level was searched for")

    monkeypatch.setattr(stock_levels, "search", refuse)
    monkeypatch.setattr(stock_levels, "kept", refuse)
    loaded = simulator.load("quickstart")
    assert pickle.loads(pickle.dumps(loaded)).hash == loaded.hash
    assert Scenario.model_json_schema()
    overloads(loaded)
    with pytest.raises(AssertionError):
        sized_shelves(loaded, "warehouse")
