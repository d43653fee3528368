"""What-ifs: a file that says only what differs from its base, and `--set`."""

from datetime import date

import pytest

from simulator.scenario.reading import load
from simulator.scenario.reading.load import ScenarioError

BASE = """\
name: Base
run: {start: 2026-01-05, seed: 1}
skus: [mug, lantern]
calendars:
  normal: {days: mon-fri}
service:
  promise: {rule: fixed, time: 2 days, cut_off: 14:00}
  patience: {gamma: {mean: 3 days, cv: 1}}
  rules:
    - {when: {segment: key}, promise: {rule: fixed, time: 2 days}}
    - {promise: {rule: fixed, time: 4 days}}
"""


@pytest.fixture
def merged(tmp_path, monkeypatch):
    """The data of a child of BASE, and the problems met on the way."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base.yaml").write_text(BASE)

    def tree(child="", overrides=()):
        (tmp_path / "child.yaml").write_text(f"extends: base.yaml\n{child}")
        return load.read("child.yaml", overrides)

    return tree


def test_a_child_says_only_what_differs(merged):
    data = merged("run: {seed: 7}\nname: Child\n").data
    assert data["name"] == "Child"
    assert data["run"] == {"start": date(2026, 1, 5), "seed": 7}
    assert data["skus"] == ["mug", "lantern"]
    assert "extends" not in data


def test_a_list_is_replaced_as_a_whole(merged):
    assert merged("skus: [bowl]").data["skus"] == ["bowl"]


def test_null_removes_a_key_and_an_empty_value_does_not(merged):
    assert "patience" not in merged("service: {patience: null}").data["service"]
    assert "patience" not in merged("service.patience: ~").data["service"]
    assert merged("service: {patience: }").data["service"]["patience"] is None
    assert merged("service: {other: null}").data["service"]["other"] is None


def test_a_path_addresses_a_part_of_the_base(merged):
    data = merged("service.rules[1].promise.time: 5 days\nrun.seed: 9\nrun.horizon: 1 week\n").data
    assert data["service"]["rules"][1] == {"promise": {"rule": "fixed", "time": "5 days"}}
    assert data["service"]["rules"][0]["promise"]["time"] == "2 days"
    assert data["run"] == {"start": date(2026, 1, 5), "seed": 9, "horizon": "1 week"}


def test_a_quoted_step_of_a_path_may_hold_a_dot(merged):
    assert merged("""'calendars."v1.2"': {days: sat}""").data["calendars"]["v1.2"] == {"days": "sat"}


def test_another_rule_replaces_the_old_one_with_its_settings(merged):
    for child in (
        "service: {promise: {rule: padded, share: 0.9}}",
        "service.promise: {rule: padded, share: 0.9}",
        "service.promise.rule: padded\nservice.promise.share: 0.9",
        "service.promise.share: 0.9\nservice.promise.rule: padded",
    ):
        assert merged(child).data["service"]["promise"] == {"rule": "padded", "share": 0.9}


def test_the_same_rule_keeps_the_settings_that_are_not_named(merged):
    for child in ("service: {promise: {time: 3 days}}", "service.promise: {rule: fixed, time: 3 days}"):
        assert merged(child).data["service"]["promise"] == {"rule": "fixed", "time": "3 days", "cut_off": "14:00"}


def test_another_distribution_replaces_the_old_one(merged):
    lognormal = {"lognormal": {"mean": "3 days", "cv": 2}}
    assert merged("service: {patience: {lognormal: {mean: 3 days, cv: 2}}}").data["service"]["patience"] == lognormal
    assert merged("service.patience.lognormal: {mean: 3 days, cv: 2}").data["service"]["patience"] == lognormal
    assert merged("service.patience: 2 days").data["service"]["patience"] == "2 days"
    assert merged("service.patience: {gamma: {cv: 2}}").data["service"]["patience"] == {
        "gamma": {"mean": "3 days", "cv": 2}
    }


def test_a_name_that_happens_to_be_a_distribution_gets_company(merged):
    assert set(merged("calendars: {night: {days: daily}}").data["calendars"]) == {"normal", "night"}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("service.rules[2].promise.time", "service.rules has no entry [2] (the last one is [1])"),
        ("service.promis.time", "service has no 'promis'; did you mean 'promise'? (write service.promis as a whole)"),
        ("run[0].x", "run is a mapping, not a list (leave out the [..])"),
        ("skus.x.y", "skus is a list and has no key 'x' (address an entry, such as [0])"),
        ("name.x", "name is a single value and has no key 'x' (write the whole of it instead)"),
        ("run..seed", "'run..seed' is no path (write it like service.rules[0].promise.time)"),
        ("skus[-1]", "'skus[-1]' is no path (write it like service.rules[0].promise.time)"),
    ],
)
def test_a_path_that_leads_nowhere_is_an_error(merged, path, said):
    (problem,) = merged(f"'{path}': 1").problems
    assert str(problem).startswith("child.yaml:2:1: ")
    assert str(problem).endswith(said)
    (problem,) = merged("", [f"{path}=1"]).problems
    assert str(problem).startswith(f"--set {path}=1: ")
    assert str(problem).endswith(said)


def test_an_entry_of_a_list_cannot_be_removed(merged):
    (problem,) = merged("service.rules[0]: null").problems
    assert problem.message == "an entry of a list cannot be removed"


def test_set_is_laid_over_the_files_in_strict_yaml(merged):
    data = merged("run.seed: 2", ["run.seed=3", "skus=[bowl]", "service.rules[0].promise.time = 1 day", "name="]).data
    assert data["run"]["seed"] == 3
    assert data["skus"] == ["bowl"]
    assert data["service"]["rules"][0]["promise"]["time"] == "1 day"
    assert data["name"] is None
    assert str(merged("", ["name=NO"]).problems[0]) == (
        '--set name=NO: name: NO can be read as false or as a text (write false, or "NO" in quotes)'
    )
    assert str(merged("", ["skus=[1"]).problems[0]).startswith("--set skus=[1: skus: a ',' or the closing bracket")
    assert str(merged("", ["seed 3"]).problems[0]) == (
        "--set seed 3: path=value is expected (such as --set run.seed=7)"
    )


def test_bases_may_extend_bases_each_found_beside_the_file_that_names_it(merged, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "middle.yaml").write_text("extends: ../base.yaml\nrun: {seed: 5}\n")
    (tmp_path / "top.yaml").write_text("extends: sub/middle.yaml\nname: Top\n")
    data = load.read("top.yaml").data
    assert (data["name"], data["run"]["seed"], data["skus"]) == ("Top", 5, ["mug", "lantern"])


def test_a_relative_file_starts_from_the_file_that_wrote_it(merged, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "middle.yaml").write_text("history: {file: orders.csv}\nother: {file: /tmp/x.csv}\n")
    (tmp_path / "top.yaml").write_text("extends: sub/middle.yaml\nplan: {file: plan.csv}\nname: x\n")
    data = load.read("top.yaml", ["more={file: y.csv}"]).data
    assert data["history"]["file"] == str(tmp_path / "sub" / "orders.csv")
    assert data["other"]["file"] == "/tmp/x.csv"
    assert data["plan"]["file"] == str(tmp_path / "plan.csv")
    assert data["more"]["file"] == str(tmp_path / "y.csv")
    data = load.read("top.yaml", ["history.file=z.csv"]).data
    assert data["history"]["file"] == str(tmp_path / "z.csv")


def test_a_circle_of_bases_names_the_chain(merged, tmp_path):
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("name: x\nextends: a.yaml\n")
    with pytest.raises(ScenarioError) as caught:
        load.read("a.yaml")
    assert str(caught.value) == (
        "b.yaml:2:10: extends: extends goes in a circle: a.yaml -> b.yaml -> a.yaml (remove one of them)"
    )


@pytest.mark.parametrize("written", ["", "[base.yaml]", "3", "{a: b}"])
def test_extends_takes_one_name(tmp_path, written):
    (tmp_path / "a.yaml").write_text(f"name: x\nextends: {written}\n")
    with pytest.raises(ScenarioError, match="the name of a file or a gallery scenario is expected"):
        load.read(tmp_path / "a.yaml")


def test_a_base_that_is_missing_is_reported_where_it_is_named(merged):
    with pytest.raises(ScenarioError) as caught:
        load.parse("name: NO\nextends: bse.yaml\n")
    assert [str(each) for each in caught.value.problems] == [
        '<text>:1:7: name: NO can be read as false or as a text (write false, or "NO" in quotes)',
        "<text>:2:10: extends: there is no file bse.yaml; did you mean 'base.yaml'?",
    ]


def test_a_fault_of_the_base_is_reported_in_the_base(merged, tmp_path):
    (tmp_path / "base.yaml").write_text("name: a\nrun: {seed: 010}\n")
    assert [str(each)[:16] for each in merged("run: {horizon: 1_0}").problems] == [
        "child.yaml:2:16:",
        "base.yaml:2:13: ",
    ]


def test_a_base_is_not_changed_by_its_alias_elsewhere(merged, tmp_path):
    """Two keys share one node; a path changes only the one it addresses."""
    (tmp_path / "base.yaml").write_text("a: &x {p: {r: 1}, q: [1, 2]}\nb: *x\n")
    data = merged("a.p.r: 2\na.q[0]: 9\n").data
    assert data == {"a": {"p": {"r": 2}, "q": [9, 2]}, "b": {"p": {"r": 1}, "q": [1, 2]}}
