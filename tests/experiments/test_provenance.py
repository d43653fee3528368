"""A record holds all that a result was made of: it goes through JSON, and the scenario comes back as it was."""

import datetime as dt
import json
from types import SimpleNamespace

import numpy as np
import pytest
from experiments.scenes import two

import simulator
from simulator.experiments import provenance
from simulator.experiments.provenance import ProvenanceError, agree, changed, packages, record, restore
from simulator.experiments.replicate import Experiment
from simulator.experiments.store import Store
from simulator.scenario.reading.load import gallery_names, load, parse
from simulator.scenario.scenario import Scenario

SMALL = """
name: Small
run: {start: 2026-01-05, horizon: 4 weeks}
market:
  segments:
    all: {demand: {rule: poisson, orders: 3 per day}, basket: {units: {empirical: {values: {1: 3, 2: 5, 12: 1}}}}}
products: {file: {price: 2}}
network: {sites: {shop: {}}}
"""


def through_json(scenario):
    return json.loads(json.dumps(record(scenario)))


@pytest.mark.parametrize("name", gallery_names())
def test_every_gallery_scenario_comes_back_from_its_record(name):
    scenario = load(name)
    kept = through_json(scenario)
    assert kept == record(scenario), "nothing is lost on the way through JSON"
    found = Scenario.model_validate(kept["source"])
    assert found.model_dump() == scenario.model_dump()
    assert found.hash == scenario.hash == kept["hash"]
    assert list(found.products) == list(scenario.products), "the order counts: luck follows it"


def test_it_names_seed_version_and_packages():
    kept = record(parse(SMALL))
    assert (kept["scenario"], kept["seed"], kept["version"]) == ("Small", 1, packages()["simulator"])
    assert kept["packages"]["numpy"] == np.__version__
    assert set(kept["packages"]) >= {"simulator", "numpy", "scipy", "simpy", "pandas", "pydantic"}
    assert changed(kept) == []


def test_another_version_is_named():
    kept = through_json(parse(SMALL))
    kept["packages"]["numpy"] = "1.0"
    del kept["packages"]["simpy"]
    kept["packages"]["python"] = "3.9.1"
    said = changed(kept)
    assert len(said) == 3, said
    assert said[0].startswith("python was 3.9.1, is 3.")
    assert f"numpy was 1.0, is {np.__version__}" in said
    assert any(line.startswith("simpy was absent, is ") for line in said)


@pytest.fixture
def their_rules(monkeypatch):
    """Gives a package that adds rules a version."""

    def install(version):
        point = SimpleNamespace(dist=SimpleNamespace(name="their-rules", version=version))
        monkeypatch.setattr(provenance, "entry_points", lambda group: [point] if group == "simulator.rules" else [])
        forget()

    def forget():
        provenance._installed.cache_clear()
        provenance._rule_packages.cache_clear()

    yield install
    forget()


def test_a_package_that_adds_rules_is_named(their_rules):
    their_rules("7.1")
    assert packages()["their-rules"] == "7.1"


def test_what_another_version_of_a_rule_has_played_is_kept_apart(their_rules):
    """The scenario and the simulator are the same, the numbers need not be."""
    with Store() as store:
        found = []
        for version in ("7.1", "7.2"):
            their_rules(version)
            found.append(Experiment(two(), store).key)
        assert len(set(found)) == 2
        assert [kept.version for kept in store.experiments()] == [
            f"{simulator.__version__} with their-rules {version}" for version in ("7.1", "7.2")
        ]


def test_the_order_of_sections_does_not_change_the_hash():
    scenario = parse(SMALL)
    turned = dict(reversed(scenario.source.items()))
    assert list(turned) != list(scenario.source)
    assert Scenario.model_validate(turned).hash == scenario.hash


def test_products_in_another_order_are_another_content_since_the_numbers_are_others():
    scenario = two()
    turned = scenario.source | {"products": dict(reversed(scenario.source["products"].items()))}
    other = Scenario.model_validate(turned)
    one, second = (simulator.run(each, 1, workers=1).values("unit_fill_rate").item() for each in (scenario, other))
    assert one != second
    assert other.hash != scenario.hash


def test_a_scenario_from_python_comes_back_whatever_its_kind_of_numbers():
    data = json.loads(json.dumps(parse(SMALL).source, default=str))
    data["run"] = {"start": dt.date(2026, 1, 5), "horizon": "4 weeks", "seed": np.int64(3)}
    data["service"] = {"allocation": {"rule": "critical_level", "levels": {2: 5, 10: 9}}}
    scenario = Scenario.model_validate(data)
    kept = through_json(scenario)
    assert restore(kept).model_dump() == scenario.model_dump()
    assert (kept["source"]["run"]["seed"], kept["source"]["run"]["start"]) == (3, "2026-01-05")


def test_a_scenario_made_of_objects_comes_back_too():
    scenario = Scenario.model_validate({**parse(SMALL).source, "run": parse(SMALL).run})
    assert scenario.hash == parse(SMALL).hash
    assert restore(through_json(scenario)) == scenario


FIRST = "8d072ccee157c87f"
"""The hash of SMALL as the program wrote it in format 1."""


def as_first(scenario):
    """A record as it was before the format was named in it."""
    kept = through_json(scenario)
    del kept["format"]
    return kept | {"hash": FIRST}


def test_a_record_of_the_first_format_is_held_against_the_hash_of_its_time():
    assert restore(as_first(parse(SMALL))) == parse(SMALL)
    edited = as_first(parse(SMALL))
    edited["source"]["products"]["file"]["price"] = 9
    with pytest.raises(ProvenanceError, match=rf"does not fit its hash: {FIRST} is stated, .*edited"):
        restore(edited)
    with pytest.raises(ProvenanceError, match="before format 2"):
        restore(as_first(parse(SMALL)) | {"source": None})


def test_a_record_of_a_later_format_is_told():
    with pytest.raises(ProvenanceError, match="format 3, this version of the program reads 2 and 1"):
        restore(through_json(parse(SMALL)) | {"format": 3})


def test_a_product_called_file_counts_for_the_hash():
    assert parse(SMALL).hash != parse(SMALL.replace("price: 2", "price: 3")).hash


def test_what_was_edited_by_hand_is_found_out():
    kept = through_json(parse(SMALL))
    kept["source"]["products"]["file"]["price"] = 9
    with pytest.raises(ProvenanceError, match=rf"does not fit its hash: {kept['hash']} is stated, .*edited"):
        restore(kept)


def test_what_this_version_cannot_read_is_told():
    kept = through_json(parse(SMALL))
    kept["source"]["run"]["luck"] = 9
    with pytest.raises(ProvenanceError, match=r"cannot read the scenario(?s:.*)luck"):
        restore(kept)


HISTORY = "order,time,sku,units\n1,2026-01-05T09:00,file,2\n2,2026-01-06T10:00,file,3\n"


@pytest.fixture
def replayed(tmp_path):
    (tmp_path / "orders.csv").write_text(HISTORY)
    text = SMALL.replace(
        "rule: poisson, orders: 3 per day}, basket: {units: {empirical: {values: {1: 3, 2: 5, 12: 1}}}",
        "rule: replayed",
    )
    path = tmp_path / "replayed.yaml"
    path.write_text(text.replace("market:", "market:\n  history: {file: orders.csv}"))
    return load(path)


def test_the_hash_is_of_what_is_in_the_order_history_not_of_where_it_lies(replayed, tmp_path):
    kept = through_json(replayed)
    assert restore(kept).hash == replayed.hash
    moved = tmp_path / "elsewhere.csv"
    (tmp_path / "orders.csv").rename(moved)
    with pytest.raises(ProvenanceError, match=r"orders\.csv is not there"):
        restore(kept)
    assert restore(kept, moved).hash == kept["hash"]
    moved.write_text(HISTORY.replace("file,3", "file,4"))
    with pytest.raises(ProvenanceError, match=r"elsewhere\.csv is not the order history it was"):
        restore(kept, moved)


def test_an_order_history_for_a_scenario_without_one_is_an_error(tmp_path):
    with pytest.raises(ProvenanceError, match="has no order history"):
        restore(record(parse(SMALL)), tmp_path / "any.csv")


def row(mean, half_width, **by):
    return {"kpi": "on_hand", "by": by, "unit": "units", "mean": mean, "half_width": half_width, "confidence": 0.95}


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (row(100.0, 2.0), "same"),
        (row(100.0 + 9e-8, 2.0), "rounding"),
        (row(100.0 + 2e-7, 2.0), "different"),
        (row(100.0, 2.0 + 5e-8), "rounding"),  # the mean's size counts: the width is a difference of such numbers
        (row(100.0, 2.001), "different"),
        (row(100.0, None), "different"),
        (row(100.0, 2.0, segment="A"), "different"),
    ],
)
def test_numbers_agree_in_all_digits_up_to_rounding_or_not(now, verdict):
    assert agree([row(100.0, 2.0)], [now]).verdict == verdict


def test_what_only_another_version_tells_is_not_held_against_it():
    """Rows with other columns agree by those that both have; a slice that was not asked for then is not missed."""
    found = agree([row(1.0, 2.0) | {"low": -1.0}], [row(1.0, 2.0) | {"high": 3.0}, row(1.0, 2.0, sku="a")])
    assert (found.verdict, found.compared) == ("same", 2)


def test_a_row_that_is_not_there_any_more_is_a_difference():
    found = agree([row(1.0, None), row(1.0, None, sku="a")], [row(1.0, None)])
    assert found.verdict == "different"
    assert {each.by for each in found.different} == {"sku=a"}


def test_nothing_compared_is_no_agreement():
    assert agree([], [row(1.0, 2.0)]).verdict == "different"


def test_a_difference_is_told_with_both_values_in_all_digits():
    (found,) = agree([row(0.1, 2.0, sku="a")], [row(0.30000000000000004, 2.0, sku="a")]).different
    assert str(found) == "on_hand [sku=a], mean: was 0.1, is 0.30000000000000004"
