"""How many lines are expected to come back to a site in each week."""

from collections.abc import Sequence

import numpy as np

from simulator.planning.order_flow import Flow, week_edges
from simulator.scenario.scenario import Scenario
from simulator.scenario.service import ReturnTerms

DRAWS = 20_000


def returned_lines(scenario: Scenario, delivered: Sequence[Flow]) -> tuple[np.ndarray, bool]:
    """Lines that come back in each week of those delivered, and whether rules leave open which terms they have.

    Where a rule looks at more than segment and channel, the highest share of those that may apply is taken.
    """
    total, uncertain = np.zeros(len(week_edges(scenario.run)) - 1), False
    for flow in delivered:
        terms, sure = _terms(scenario, flow)
        uncertain = uncertain or not sure
        lines = flow.orders * flow.lines
        wrong = _wrong_items(scenario, flow)
        total += wrong * _later(lines, scenario.service.mistakes.wrong_item_lag.expected)
        rates = [(_rate(scenario, flow, each) * (1 - wrong), each) for each in terms]
        if rates:
            rate, chosen = max(rates, key=lambda pair: pair[0])
            total += rate * _later(lines, chosen.lag.expected)
    return total, uncertain


def _terms(scenario: Scenario, flow: Flow) -> tuple[list[ReturnTerms], bool]:
    """The terms that may apply, and whether there is no doubt."""
    found = []
    for rule in scenario.service.rules:
        if rule.returns is not None and rule.when.may_match(flow.segment, flow.channel):
            found.append(rule.returns)
            if rule.when.matches(flow.segment, flow.channel):
                return found, len(found) == 1
    return found, not found


def _rate(scenario: Scenario, flow: Flow, terms: ReturnTerms) -> float:
    """Share of lines that come back: more of what arrives damaged, nothing after the window has closed."""
    rate = terms.rate
    if terms.damaged is not None:
        damage = scenario.network.sites[flow.site].quality.damage_by_place
        sound = (1 - damage.picking) * (1 - damage.packing) * (1 - damage.transit)
        rate = rate * sound + terms.damaged * (1 - sound)
    if terms.window is None:
        return rate
    return rate * float((terms.lag.sample(np.random.default_rng(0), DRAWS) <= terms.window).mean())


def _wrong_items(scenario: Scenario, flow: Flow) -> float:
    """Share of lines with a wrong item that verification misses: they come back too."""
    channel = scenario.market.channels.get(flow.channel)
    if channel is None or channel.entry is None:
        return 0.0
    stages = scenario.network.sites[flow.site].stages
    caught = next((stage.catches for stage in stages if stage.catches is not None), 0.0)
    return scenario.network.entry_modes[channel.entry].errors.item * (1 - caught)


def _later(by_week: np.ndarray, hours: float) -> np.ndarray:
    """The same some time later; what would come after the end does not come."""
    weeks, part = divmod(hours / 168.0, 1.0)
    shift, size = int(weeks), len(by_week)
    found = np.zeros(size)
    for delay, share in ((shift, 1 - part), (shift + 1, part)):
        if delay < size:
            found[delay:] += share * by_week[: size - delay]
    return found
