"""A mechanism from outside brings a section of its own, which is then like any other."""

import pickle

import pytest

import simulator
from simulator.model import Model, UnreadableModelError
from simulator.reports.catalogues import scenario_reference
from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import load
from simulator.scenario.scenario import Scenario, register_section
from simulator.units import Hours

SHORT = ["run.horizon=4 weeks", "run.warm_up=1 week"]


class ColdChain(Model):
    """How cold it is kept."""

    degrees: float = 4.0
    """At most."""
    outage: Hours = 0.0
    """So long a cold store does without power."""


def forget(name):
    """Undo a registration: only tests want that."""
    if name in Scenario.model_fields:
        del Scenario.model_fields[name], Scenario.__annotations__[name]
        delattr(Scenario, name)
        Scenario.model_rebuild(force=True)


@pytest.fixture
def cold_chain():
    register_section("cold_chain", ColdChain)
    yield
    forget("cold_chain")


def test_without_registration_it_is_an_unknown_key():
    with pytest.raises(ScenarioError, match="unknown key 'cold_chain'"):
        load("quickstart", ["cold_chain={degrees: 8}"])


def test_it_is_validated_with_places_and_suggestions(cold_chain, tmp_path):
    (tmp_path / "cold.yaml").write_text("extends: quickstart\nname: Cold\ncold_chain:\n  degres: 8\n")
    with pytest.raises(
        ScenarioError, match=r"cold\.yaml:4:3: cold_chain\.degres: unknown key .*did you mean 'degrees'"
    ):
        load(tmp_path / "cold.yaml")
    with pytest.raises(ScenarioError, match=r"cold_chain\.outage: a duration with its unit"):
        load("quickstart", ["cold_chain={outage: 3}"])
    with pytest.raises(ScenarioError, match="unknown key 'cold_chian'; did you mean 'cold_chain'"):
        load("quickstart", ["cold_chian={degrees: 8}"])


def test_suggestions_know_it_even_if_errors_were_explained_before(tmp_path):
    with pytest.raises(ScenarioError, match="unknown key"):
        load("quickstart", ["cold_chian={}"])
    register_section("cold_chain", ColdChain)
    try:
        with pytest.raises(ScenarioError, match="did you mean 'cold_chain'"):
            load("quickstart", ["cold_chian={}"])
    finally:
        forget("cold_chain")


def test_it_is_reached_by_name_and_none_where_left_out(cold_chain):
    with_it, without = load("quickstart", ["cold_chain={outage: 2 h}"]), load("quickstart")
    assert with_it.cold_chain == ColdChain(outage="2 h")
    assert with_it.extras == {"cold_chain": with_it.cold_chain}
    assert without.extras == {"cold_chain": None}
    assert with_it.model_copy(update={"name": "Other"}).cold_chain == with_it.cold_chain
    assert with_it.model_copy(update={"cold_chain": None}) == without


def test_scenarios_from_before_have_none_of_it():
    before = load("quickstart")
    kept = before.hash
    register_section("cold_chain", ColdChain)
    try:
        assert before.cold_chain is None
        assert load("quickstart").hash == kept
        assert pickle.loads(pickle.dumps(before)).hash == kept
    finally:
        forget("cold_chain")


def test_it_is_part_of_hash_and_pickle(cold_chain):
    plain, cold, colder = (
        load("quickstart", [*SHORT, *more])
        for more in ([], ["cold_chain={degrees: 4, outage: 2 h}"], ["cold_chain={outage: 3 h}"])
    )
    assert len({plain.hash, cold.hash, colder.hash}) == 3
    assert cold.hash == load("quickstart", [*SHORT, "cold_chain={outage: 120 min}"]).hash
    again = pickle.loads(pickle.dumps(cold))
    assert again.cold_chain == cold.cold_chain
    assert again.hash == cold.hash


def test_schema_and_reference_show_it(cold_chain):
    assert "cold_chain" in Scenario.model_json_schema()["properties"]
    page = "".join(scenario_reference())
    assert "| `cold_chain` |" in page
    assert "## ColdChain" in page
    assert "So long a cold store does without power." in page


def test_a_worker_without_the_plugin_says_so():
    register_section("cold_chain", ColdChain)
    try:
        scenario = load("quickstart", [*SHORT, "cold_chain={degrees: 8}"])
        sent = pickle.dumps(scenario)
        with pytest.raises(UnreadableModelError, match=r"cold_chain.*plugin"):
            simulator.run(scenario, 2, workers=2)
    finally:
        forget("cold_chain")
    with pytest.raises(UnreadableModelError, match=r"cold_chain.*plugin"):
        pickle.loads(sent)


@pytest.mark.parametrize("name", ["market", "hash", "source", "model_copy", "cold chain", "_cold", ""])
def test_names_that_are_taken_or_none_are_refused(name):
    with pytest.raises(ValueError, match="cannot be called"):
        register_section(name, ColdChain)


def test_twice_the_same_is_once_and_another_model_is_refused(cold_chain):
    register_section("cold_chain", ColdChain)

    class Other(Model):
        """Another one."""

    with pytest.raises(ValueError, match="taken"):
        register_section("cold_chain", Other)
