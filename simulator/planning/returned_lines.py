"""How many lines are expected to come back to a site in each week, and what may become of them."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from simulator.planning.order_flow import Flow, week_edges
from simulator.rules.disposing import DispositionRule
from simulator.rules.views import GradedGoods
from simulator.scenario.network import Site
from simulator.scenario.returns import GRADES, REASONS, Grades, ReturnTerms
from simulator.scenario.scenario import Scenario

DRAWS = 20_000


def returned_lines(scenario: Scenario, delivered: Sequence[Flow]) -> tuple[np.ndarray, bool]:
    """Lines that come back in each week of those delivered, and whether the scenario leaves open how many.

    Where a rule looks at more than segment and channel, the highest share of those that may apply is taken; where it
    depends on what happens, such as lateness, the highest there can be.
    """
    total, uncertain = np.zeros(len(week_edges(scenario.run)) - 1), False
    for flow in delivered:
        terms, sure = _terms(scenario, flow)
        uncertain = uncertain or not sure or any(_open(each) for each in terms)
        lines = flow.orders * flow.lines
        wrong = _wrong_items(scenario, flow)
        allowed = max((1 - _refused(each) for each in terms), default=1.0)
        total += wrong * allowed * _later(lines, scenario.service.mistakes.wrong_item_lag.expected)
        rates = [(_rate(scenario, flow, each) * (1 - wrong), each) for each in terms]
        if rates:
            rate, chosen = max(rates, key=lambda pair: pair[0])
            total += rate * _later(lines, _way_back(chosen))
    return total, uncertain


def independent_lines(scenario: Scenario, site: Site) -> np.ndarray:
    """Returns by week that belong to nobody's order."""
    hours = np.diff(week_edges(scenario.run))
    flow = site.returns.independent
    found: np.ndarray = hours * (flow.rate if flow is not None else 0.0)
    return found


def refurbished(scenario: Scenario, site: Site) -> tuple[float, bool]:
    """The share of returns that are refurbished, and whether it is left open: then it is the highest there may be."""
    shares, depends, terms, mixed_up = list[float](), False, stated_terms(scenario), mixes_up(scenario)
    for each in terms:
        rule, grades = each.disposing, each.grades
        if rule is None or grades is None:
            shares.append(site.returns.refurbish)
        elif rule.by_condition:
            shares += _refurbished(each, rule, grades, mixed_up)
        elif "refurbish" in rule.ways:
            shares, depends = [*shares, 1.0], True
    if not terms or mixed_up or site.returns.independent is not None:
        shares.append(site.returns.refurbish)
    highest = max(shares, default=0.0)
    return highest, depends or highest - min(shares, default=0.0) > 1e-9


def _refurbished(
    terms: ReturnTerms, rule: DispositionRule, grades: Mapping[str, Grades], mixed_up: bool
) -> Iterator[float]:
    """The share refurbished of what comes back for the customer's own reasons, and for each other one there may be."""
    honest = 1 - (terms.fraud.share if terms.fraud is not None else 0.0)

    def share(reason: str) -> float:
        graded = zip(GRADES, grades.get(reason, grades["default"]).mix, strict=True)
        return honest * sum(part for grade, part in graded if rule.way(GradedGoods(grade, reason)) == "refurbish")

    own = dict(zip(REASONS[1:], terms.reasons.mix, strict=False)) if terms.reasons is not None else {REASONS[0]: 1.0}
    if terms.rate:
        yield sum(part * share(reason) for reason, part in own.items())
    for reason, some in (("late", terms.late), ("damaged", terms.damaged), ("wrong_item", mixed_up)):
        if some:
            yield share(reason)


def mixes_up(scenario: Scenario) -> bool:
    """Whether customers may get another item than they ordered: entered or picked."""
    entered = any(mode.errors.item for mode in scenario.network.entry_modes.values())
    return entered or any(site.quality.picking_error for site in scenario.network.sites.values())


def stated_terms(scenario: Scenario) -> list[ReturnTerms]:
    """The return terms of all rules."""
    return [rule.returns for rule in scenario.service.rules if rule.returns is not None]


def tells_reasons(scenario: Scenario) -> bool:
    """Whether returns have more than one reason that anybody states."""
    terms, sites = stated_terms(scenario), scenario.network.sites.values()
    told = any(each.reasons is not None or each.late or each.asks for each in terms)
    return told or any(site.quality.picking_error for site in sites)


def tells_ways(scenario: Scenario) -> bool:
    """Whether returned goods can go another way than to the shelf, or to be written off."""
    desks = [site.returns for site in scenario.network.sites.values()]
    by_share = any(desk.liquidate or desk.recycle or desk.supplier or desk.refurbishing for desk in desks)
    return by_share or any(terms.grades is not None for terms in stated_terms(scenario))


def _terms(scenario: Scenario, flow: Flow) -> tuple[list[ReturnTerms], bool]:
    """The terms that may apply, and whether there is no doubt."""
    found = []
    for rule in scenario.service.rules:
        if rule.returns is not None and rule.when.may_match(flow.segment, flow.channel):
            found.append(rule.returns)
            if rule.when.matches(flow.segment, flow.channel):
                return found, len(found) == 1
    return found, not found


def _open(terms: ReturnTerms) -> bool:
    """Whether it depends on what happens how much comes back: on lateness, or on what a rule answers."""
    return bool(terms.late) or terms.acceptance.rule not in ("any_time", "in_window")


def _rate(scenario: Scenario, flow: Flow, terms: ReturnTerms) -> float:
    """Share of lines that come back: more of what arrives damaged, nothing after the window has closed."""
    rate = terms.rate
    if terms.damaged is not None:
        damage = scenario.network.sites[flow.site].quality.damage_by_place
        sound = (1 - damage.picking) * (1 - damage.packing) * (1 - damage.transit)
        rate = rate * sound + terms.damaged * (1 - sound)
    if terms.late:
        rate += (1 - rate) * terms.late
    rate *= 1 - _refused(terms)
    if terms.window is None or not terms.acceptance.has_window:
        return rate
    return rate * float((terms.lag.sample(np.random.default_rng(0), DRAWS) <= terms.window).mean())


def _refused(terms: ReturnTerms) -> float:
    """Share of requests that are refused at random."""
    return terms.authorisation.refused if terms.authorisation is not None else 0.0


def _way_back(terms: ReturnTerms) -> float:
    """Mean hours from delivery until a return is here."""
    answer = terms.authorisation.time.expected if terms.authorisation is not None else 0.0
    return terms.lag.expected + answer + (terms.transport.expected if terms.transport is not None else 0.0)


def _wrong_items(scenario: Scenario, flow: Flow) -> float:
    """Share of lines with a wrong item, entered or picked: they come back too."""
    site = scenario.network.sites[flow.site]
    picked = site.quality.picking_error
    channel = scenario.market.channels.get(flow.channel)
    if channel is None or channel.entry is None:
        return picked
    caught = next((stage.catches for stage in site.stages if stage.catches is not None), 0.0)
    entered = scenario.network.entry_modes[channel.entry].errors.item * (1 - caught)
    return entered + (1 - entered) * picked


def _later(by_week: np.ndarray, hours: float) -> np.ndarray:
    """The same some time later; what would come after the end does not come."""
    weeks, part = divmod(hours / 168.0, 1.0)
    shift, size = int(weeks), len(by_week)
    found = np.zeros(size)
    for delay, share in ((shift, 1 - part), (shift + 1, part)):
        if delay < size:
            found[delay:] += share * by_week[: size - delay]
    return found
