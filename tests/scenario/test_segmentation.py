"""What a scenario may not say about classes, and where it is told."""

import pytest
from scenes import EVERYTHING

from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import parse


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("{products: {rule: abc, contracts: {s1: AX}}}", "segmentation.products.contracts.s1: there is no class 'AX'"),
        ("{products: {rule: abc, contracts: {s9: A}}}", "segmentation.products.contracts.s9: there is no SKU 's9'"),
        ("{customers: {rule: abc, contracts: {shop 51: A}}}", "there is no customer 'shop 51'"),
        (
            "{products: {rule: abc_xyz, targets: {AX: {line_fill_rate: 0.9}, AW: {line_fill_rate: 0.9}}}}",
            "segmentation.products.targets.AW: there is no class 'AW'",
        ),
        ("{products: {rule: abc, targets: {A: {fill: 0.9}}}}", "fill"),
        ("{customers: {rule: abc, targets: {A: {line_fill_rate: 0.9}}}}", "has no stock of its own"),
        ("{products: {rule: abc, cuts: [0.95, 0.8]}}", "cuts: shares that rise"),
        ("{products: {rule: abc, cuts: [0.8, 1.0]}}", "cuts: shares that rise"),
        ("{products: {rule: abc_xyz, xyz_cv: [1.0, 0.5]}}", "xyz_cv: coefficients of variation that rise"),
        ("{products: {rule: abc_xyz, review: 10 days}}", "twice the bucket or more"),
        ("{products: {rule: abc, window: 10 days}}", "window needs review"),
        ("{products: {rule: abc, by: weight}}", "by"),
        ("{products: {rule: abd}}", "did you mean 'abc'"),
    ],
)
def test_a_fault_is_told_with_its_place(section, said):
    with pytest.raises(ScenarioError) as caught:
        parse(f"{EVERYTHING}\nsegmentation: {section}\n")
    assert said in str(caught.value)


def test_a_class_takes_the_target_of_its_letter_or_the_default():
    targets = "{AX: {line_fill_rate: 0.99}, A: {line_fill_rate: 0.98}, default: {line_fill_rate: 0.9}}"
    text = f"{EVERYTHING}\nsegmentation: {{products: {{rule: abc_xyz, targets: {targets}}}}}\n"
    rule = parse(text).segmentation.products
    assert [rule.target(label).value for label in ("AX", "AZ", "CZ")] == [0.99, 0.98, 0.9]
