"""From a file to a model: where a scenario is found, and how every fault reads."""
# ruff: noqa: E501 - whole messages, as a planner sees them

import time
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, core_schema

from simulator.scenario.errors import At, Problem, ScenarioError, Several
from simulator.scenario.reading import layers as files
from simulator.scenario.reading import load


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Fixed(Model):
    rule: Literal["fixed"] = "fixed"
    time: float
    """Hours to delivery."""
    fixed: list[int] = []


class Quantile(Model):
    rule: Literal["quantile"] = "quantile"
    share: Annotated[float, Field(gt=0, lt=1)]


class OneOf:
    def __get_pydantic_core_schema__(self, family: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        choices = {"fixed": handler.generate_schema(Fixed), "quantile": handler.generate_schema(Quantile)}
        return core_schema.tagged_union_schema(choices, discriminator="rule")


class Product(Model):
    """What is sold."""

    price: float
    """What the customer pays for a unit."""
    cost: float = 0.0
    colour: Literal["red", "blue"] | None = None


class Stage(Model):
    stage: str
    staff: Annotated[int, Field(ge=1)] | None = None
    """People at work."""


class Toy(Model):
    name: str
    """What this is."""
    start: date = date(2026, 1, 5)
    open: bool = True
    products: dict[str, Product]
    stages: tuple[Stage, ...] = ()
    promise: Annotated[Any, OneOf()] = Fixed(time=1)
    share: float | Product | None = None
    customers: Annotated[int, Field(ge=1)] | dict[str, float] = 1
    best: tuple[str, ...] = ()
    months: dict[Annotated[str, Field(max_length=3)], float] = {}

    @model_validator(mode="after")
    def _check(self) -> "Toy":
        faults = [
            At(("best", place), f"there is no product '{sku}'", "one of the products")
            for place, sku in enumerate(self.best)
            if sku not in self.products
        ]
        if faults:
            raise Several(faults)
        if self.name == "empty":
            raise ValueError("a better name is needed")
        return self


GOOD = "name: Toy\nproducts:\n  mug: {price: 2.95}\n"


def said(text: str) -> list[str]:
    """What is wrong with a text, line by line."""
    with pytest.raises(ScenarioError) as caught:
        load.parse_as(Toy, text, "toy.yaml")
    return str(caught.value).splitlines()


def test_a_good_text_becomes_the_model():
    toy = load.parse_as(Toy, f"{GOOD}promise: {{rule: fixed, time: 3}}\n")
    assert toy.products["mug"].price == 2.95
    assert toy.promise == Fixed(time=3)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "promise: {rule: fixd, time: 3}",
            "toy.yaml:4:17: promise.rule: unknown rule 'fixd'; did you mean 'fixed'?",
        ),
        ("promise: {rule: zzz}", "toy.yaml:4:17: promise.rule: unknown rule 'zzz'; known: fixed, quantile"),
        ("promise: {time: 3}", "toy.yaml:4:10: promise: missing key 'rule' (one of: fixed, quantile)"),
        (
            "promise: {rule: [a]}",
            "toy.yaml:4:17: promise.rule: the name of a rule is expected (one of: fixed, quantile)",
        ),
        (
            "promise: fixed",
            "toy.yaml:4:10: promise: a mapping (key: value) is expected, found the text 'fixed' (write {rule: fixed})",
        ),
        ("promise: {rule: fixed}", "toy.yaml:4:10: promise: missing key 'time' (Hours to delivery)"),
        (
            "promise: {rule: fixed, fixed: [x], time: 1}",
            "toy.yaml:4:32: promise.fixed[0]: a whole number is expected, found the text 'x'",
        ),
        ("promise: {rule: fixed, tme: 3}", "toy.yaml:4:24: promise.tme: unknown key 'tme'; did you mean 'time'?"),
        ("promise: {rule: quantile, share: 1}", "toy.yaml:4:34: promise.share: must be less than 1, found 1"),
        (
            "stages: [{stage: a, staff: -2}]",
            "toy.yaml:4:28: stages[0].staff: must be 1 or more, found -2 (People at work)",
        ),
        (
            "stages: [{stage: a}, {stage: b, stuff: 1, x: 2}]",
            "toy.yaml:4:33: stages[1].stuff: unknown key 'stuff'; did you mean 'staff'?",
        ),
        ("stages: 3", "toy.yaml:4:9: stages: a list is expected, found the number 3"),
        ("start: 5 january", "toy.yaml:4:8: start: a date such as 2026-01-05 is expected, found the text '5 january'"),
        ("open: maybe", "toy.yaml:4:7: open: true or false is expected, found the text 'maybe'"),
        ("open:", "toy.yaml:4:6: open: true or false is expected, found nothing"),
        (
            "best: [85123]",
            'toy.yaml:4:8: best[0]: a text is expected, found the number 85123 (for a text, write it in quotes: "85123")',
        ),
        ("best: [mug, mgu]", "toy.yaml:4:13: best[1]: there is no product 'mgu' (one of the products)"),
        ("share: x", "toy.yaml:4:8: share: a number or a mapping (key: value) is expected, found the text 'x'"),
        ("share: {prise: 1}", "toy.yaml:4:9: share.prise: unknown key 'prise'; did you mean 'price'?"),
        ("customers: 0", "toy.yaml:4:12: customers: must be 1 or more, found 0"),
        ("customers: {a: b}", "toy.yaml:4:16: customers.a: a number is expected, found the text 'b'"),
        (
            "months: {june: 1}",
            "toy.yaml:4:10: months.june: the key must have 3 or fewer letters, found the text 'june'",
        ),
        ("nmae: x", "toy.yaml:4:1: nmae: unknown key 'nmae'; did you mean 'name'?"),
        (
            "zzz: x",
            "toy.yaml:4:1: zzz: unknown key 'zzz'; known: name, start, open, products, stages, promise, share, customers, best, months",
        ),
    ],
)
def test_a_fault_reads_in_plain_words_with_its_place(line, expected):
    assert expected in said(f"{GOOD}{line}\n")


def test_a_fault_is_reported_once():
    for line in (
        "share: {prise: 1}",
        "share: x",
        "customers: 0",
        "customers: {a: b}",
        "promise: {rule: fixed, tme: 3}",
        "open: NO",
        "promise: {rule: NO}",
        "share: {price: 010}",
    ):
        assert len(said(f"{GOOD}{line}\n")) == 1, line


def test_a_setting_may_be_called_like_its_rule():
    assert said(f"{GOOD}promise: {{rule: fixed, fixed: [1]}}\n") == [
        "toy.yaml:4:10: promise: missing key 'time' (Hours to delivery)"
    ]


def test_a_value_that_cannot_be_read_hides_no_other_fault():
    assert said("name: x\nproducts:\n  mug: {cost: NO}\n") == [
        "toy.yaml:3:8: products.mug: missing key 'price' (What the customer pays for a unit)",
        'toy.yaml:3:15: products.mug.cost: NO can be read as false or as a text (write false, or "NO" in quotes)',
    ]


def test_a_value_that_cannot_be_read_is_not_taken_for_a_value_left_out():
    assert said(f"{GOOD}stages: [{{stage: a, staff: 010}}]\n") == [
        'toy.yaml:4:28: stages[0].staff: 010 has a leading zero (write 10 or "010")'
    ]


def test_every_fault_is_reported_at_once_in_the_order_of_lines():
    text = "nme: x\nproducts:\n  mug: {price: a}\n  bowl:\n    colour: rde\n\nopen: NO\n"
    assert said(text) == [
        "toy.yaml:1:1: nme: unknown key 'nme'; did you mean 'name'?",
        "toy.yaml:3:16: products.mug.price: a number is expected, found the text 'a' (What the customer pays for a unit)",
        "toy.yaml:4:3: products.bowl: missing key 'price' (What the customer pays for a unit)",
        "toy.yaml:5:13: products.bowl.colour: unknown colour 'rde'; did you mean 'red'?",
        'toy.yaml:7:7: open: NO can be read as false or as a text (write false, or "NO" in quotes)',
    ]


def test_fifty_faults_are_printed_and_the_others_counted():
    lines = said("name: x\nproducts:\n" + "".join(f"  sku{n}: {{price: x}}\n" for n in range(62)))
    assert len(lines) == 51
    assert lines[-1] == "… and 12 more"


def test_a_validators_own_words_are_kept():
    assert said(GOOD.replace("Toy", "empty")) == ["toy.yaml:1:1: a better name is needed"]


def test_a_key_with_a_dot_is_quoted_in_the_path():
    assert said("name: x\nproducts: {a.b: {price: x}}")[0].startswith('toy.yaml:2:25: products."a.b".price: a number')


def test_a_fault_names_the_file_that_wrote_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("base.yaml").write_text("name: [1]\nproducts:\n  mug: {price: 2}\n")
    Path("child.yaml").write_text("extends: base.yaml\nproducts.mug.price: x\nproducts.bowl: {}\n")
    with pytest.raises(ScenarioError) as caught:
        load.load_as(Toy, "child.yaml", ["open=perhaps", "stages=[{}]", "share.x=1"])
    assert str(caught.value).splitlines() == [
        "--set open=perhaps: open: true or false is expected, found the text 'perhaps'",
        "--set share.x=1: share.x: the scenario has no 'share'; known: name, products, open, stages (write share as a whole)",
        "--set stages=[{}]: stages[0]: missing key 'stage'",
        "base.yaml:1:7: name: a text is expected, found a list (What this is)",
        "child.yaml:2:21: products.mug.price: a number is expected, found the text 'x' (What the customer pays for a unit)",
        "child.yaml:3:16: products.bowl: missing key 'price' (What the customer pays for a unit)",
    ]


def test_the_scenario_models_are_judged_alike():
    """The real root: rules, distributions and references."""
    text = """\
name: x
run: {horizon: [1], seed: x}
market:
  segments:
    all: {demand: {rule: poison, orders: 3 per day}, basket: {units: {gama: {mean: 2}}}}
products: {mug: {price: 2, cost: 1, popularity: 1}}
network: {sites: {warehouse: {stages: [{stage: pick}]}}}
"""
    with pytest.raises(ScenarioError) as caught:
        load.parse(text)
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("<text>:2:16: run.horizon: a duration with its unit is expected")
    assert lines.pop(0).endswith("; found a list")
    assert lines[0].startswith("<text>:2:27: run.seed: a whole number is expected, found the text 'x'")
    assert "demand.rule: unknown rule 'poison'; did you mean 'poisson'?" in lines[1]
    assert "units.gama: unknown key 'gama'; did you mean 'gamma'?" in lines[2]
    assert "network.sites.warehouse.stages[0].stage: unknown stage 'pick'; did you mean 'picking'?" in lines[3]
    assert len(lines) == 4


@pytest.fixture
def gallery(tmp_path, monkeypatch):
    """A gallery of two scenarios, and an empty working directory."""
    shelf = tmp_path / "gallery"
    (shelf / "lessons").mkdir(parents=True)
    (shelf / "quickstart.yaml").write_text(GOOD)
    (shelf / "lessons" / "queues.yaml").write_text("extends: quickstart\nname: Queues\n")
    monkeypatch.setattr(files, "gallery_folder", lambda: shelf)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return shelf


def test_a_scenario_is_found_by_name_or_by_path(gallery):
    assert files.gallery_names() == ["lessons/queues", "quickstart"]
    assert load.load_as(Toy, "quickstart").name == "Toy"
    assert load.load_as(Toy, "lessons/queues").name == "Queues"
    Path("mine.yaml").write_text(GOOD.replace("Toy", "Mine"))
    assert load.load_as(Toy, "mine.yaml").name == "Mine"
    assert load.load_as(Toy, Path("mine.yaml").absolute()).name == "Mine"


def test_a_file_without_suffix_does_not_hide_a_gallery_scenario(gallery):
    Path("quickstart").write_text("results")
    assert load.load_as(Toy, "quickstart").name == "Toy"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "quikstart",
            "quikstart: there is no file and no gallery scenario 'quikstart'; did you mean 'quickstart'? (gallery: lessons/queues, quickstart)",
        ),
        (
            "quickstart.yaml",
            "quickstart.yaml: there is no file quickstart.yaml (the gallery has one: write quickstart)",
        ),
        ("mein.yaml", "mein.yaml: there is no file mein.yaml; did you mean 'mine.yaml'?"),
        ("folder", "folder: folder is a folder (name the file in it)"),
        ("", ": (nothing) is a folder (name the file in it)"),
        ("a\0b", "a?b: there is no file and no gallery scenario 'a?b' (gallery: lessons/queues, quickstart)"),
    ],
)
def test_what_is_not_found_gets_a_suggestion(gallery, name, expected):
    Path("mine.yaml").write_text(GOOD)
    Path("folder").mkdir()
    with pytest.raises(ScenarioError) as caught:
        load.load_as(Toy, name)
    assert str(caught.value) == expected


def test_the_gallery_is_in_the_package_when_installed_and_in_the_repository_otherwise():
    folder = load.gallery_folder()
    package = Path(load.__file__).parents[2]
    assert folder in (package / "gallery", package.parent / "scenarios")


def test_a_defect_of_the_program_is_not_blamed_on_the_file():
    class Broken(Model):
        name: str

        @model_validator(mode="after")
        def _crash(self) -> "Broken":
            raise KeyError("oops")

    with pytest.raises(ScenarioError, match="a fault of the program: please report it") as caught:
        load.parse_as(Broken, "name: x")
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_nested_fault_is_found_from_where_it_was_raised():
    class Inner(Model):
        a: list[int]

        @model_validator(mode="after")
        def _check(self) -> "Inner":
            raise At(("a", 1), "wrong", "right")

    class Outer(Model):
        inner: Inner

    with pytest.raises(ScenarioError) as caught:
        load.parse_as(Outer, "inner:\n  a: [1, 2]\n")
    assert caught.value.problems == [Problem("<text>", 2, 10, "inner.a[1]", "wrong", "right")]


def test_five_thousand_products_are_read_in_well_under_a_second():
    lines = "".join(f"  sku{n}: {{price: 2.95, cost: 1.1, colour: red}}\n" for n in range(5000))
    started = time.perf_counter()
    toy = load.parse_as(Toy, f"name: Big\nproducts:\n{lines}")
    assert len(toy.products) == 5000
    assert time.perf_counter() - started < 2  # about 0.3 s when idle; the rest is for a busy machine


def test_a_wrong_entry_does_not_make_its_list_too_short():
    with pytest.raises(ScenarioError) as caught:
        load.load("full_service", ["network.suppliers.supplier.changes=[{at: 5 weeks, factor: -1}]"])
    assert [problem.path for problem in caught.value.problems] == ["network.suppliers.supplier.changes[0].factor"]
    with pytest.raises(ScenarioError, match="must have 1 or more entries"):
        load.load("full_service", ["network.calendars.office={shifts: []}"])
