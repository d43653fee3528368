"""What a scenario may say of satisfaction, and what is refused."""

import pytest

from simulator.scenario.errors import ScenarioError
from simulator.scenario.reading.load import parse

TEXT = """
name: refusals
run: {{horizon: 4 weeks}}
market: {{segments: {{shop: {{demand: {{rule: poisson, orders: 3 per day}}, basket: {{units: 1}}}}}}}}
products: {{mug: {{price: 10, cost: 6}}}}
network: {{sites: {{store: {{}}}}}}
satisfaction: {section}
"""


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("{timeliness: {0: 3, 1: 4}}", "satisfaction.timeliness: who waits longer gives no more stars"),
        ("{timeliness: {0: 7, 1: 4}}", "less than or equal to 5|at most 5|5 or less"),
        ("{survey: {response_rate: 1.2}}", "satisfaction.survey.response_rate"),
        ("{survey: {ask: {rule: everyone}}}", "every_order"),
        ("{happiness: 3}", "unknown key 'happiness'"),
    ],
)
def test_what_is_refused(section, said):
    with pytest.raises(ScenarioError, match=said):
        parse(TEXT.format(section=section))


def test_the_curve_can_be_ones_own():
    scenario = parse(TEXT.format(section="{timeliness: {-1: 5, 0: 4, 2: 1.5}}"))
    assert [scenario.satisfaction.stars_for_time(day) for day in (-9, -1, 0, 1, 2, 9)] == [5, 5, 4, 1.5, 1.5, 1.5]
