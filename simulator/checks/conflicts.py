"""Every kind of order that the conditions of a policy can tell apart, so that rules can be compared as sets."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from simulator.checks.contact_load import communication_oddities
from simulator.checks.demand_notes import told_of_history, unmoved_by_rhythm
from simulator.checks.endless_work import endless_work
from simulator.checks.few_customers import few_customers
from simulator.checks.impossible import impossible
from simulator.checks.order_kinds import COMMITMENTS, WHOLE, Reach
from simulator.checks.overload import overloads
from simulator.checks.service_load import after_sales_oddities
from simulator.checks.stock_targets import out_of_reach, unkept
from simulator.planning.effort import GOES_ON, effort
from simulator.scenario.errors import At, Problem, ScenarioError, dotted
from simulator.scenario.reading.explain import placed
from simulator.scenario.reading.load import Further, load, read
from simulator.scenario.scenario import Scenario
from simulator.scenario.service import ServiceRule

NO_GAPS = ("promise", "target")
"""What every order is expected to have if any has."""
MOMENT = 1e-5


def conflicts(scenario: Scenario) -> list[At]:
    """Every oddity of the service policy, of contacts and of customers with its place, and targets that stock does not
    keep; none is an error."""
    policy = Reach(scenario)
    return [
        *_unused(policy),
        *_clashes(policy),
        *_gaps(policy),
        *_overrides(policy),
        *impossible(policy),
        *communication_oddities(policy),
        *after_sales_oddities(policy),
        *few_customers(scenario),
        *unkept(scenario),
    ]


def policy_warnings(scenario: Scenario) -> list[dict[str, str]]:
    """The same as plain data."""
    return _as_plain("policy", conflicts(scenario))


def scenario_warnings(scenario: Scenario) -> list[dict[str, Any]]:
    """Every warning of a scenario as plain data, words and numbers: too much work, its history, the service policy."""
    work, history = _as_plain("work", endless_work(scenario)), _as_plain("history", told_of_history(scenario))
    return [*(each.as_json() for each in overloads(scenario)), *work, *history, *policy_warnings(scenario)]


def _as_plain(kind: str, told: Iterable[At]) -> list[dict[str, str]]:
    return [
        {
            "kind": kind,
            "path": dotted(each.path),
            "message": f"{each.message} ({each.hint})" if each.hint else each.message,
        }
        for each in told
    ]


def look_over(
    scenario: str | Path, overrides: Sequence[str] = (), further: Further | None = None
) -> tuple[Scenario, list[Problem]]:
    """The scenario of a file or of the gallery, and what is odd in it though it can be played: in its service policy,
    in its demand, and work that can never be done.

    `further` is as for `load`.

    Raises ScenarioError with every problem found; that no stock level keeps a target is one.
    """
    loaded = load(scenario, overrides, further)
    needs = effort(loaded)
    if said := needs.flood(os.cpu_count() or 1):  # to look further would be a flood itself
        return loaded, placed([At(needs.most, said, f"run refuses it; {GOES_ON}")], read(scenario, overrides).node)
    if missed := list(out_of_reach(loaded)):
        raise ScenarioError(placed(missed, read(scenario, overrides).node))
    work = [*(each.fault for each in overloads(loaded)), *endless_work(loaded)]
    found = [*work, *told_of_history(loaded), *unmoved_by_rhythm(loaded), *conflicts(loaded)]
    return loaded, placed(found, read(scenario, overrides).node) if found else []


def _stated(rule: ServiceRule) -> list[str]:
    return [each for each in COMMITMENTS if getattr(rule, each) is not None]


def _unused(policy: Reach) -> Iterator[At]:
    """Rules that no order meets, and what they say that earlier rules have always said already."""
    for place, rule in enumerate(policy.rules):
        path = ("service", "rules", place)
        for each in _stated(rule):
            if each in WHOLE and rule.when.sku_class is not None and each != "target":
                yield At((*path, each), "never applies", "it is for whole orders, the rule for classes of products")
        if policy.by_override(place).any():
            continue
        if not policy.of_rule[place].any():
            yield At((*path, "when"), "the rule never applies", "no order meets all its conditions")
            continue
        stated = [each for each in _stated(rule) if policy.states(place, each)]
        dead = [each for each in stated if not policy.decides(place, each).any()]
        for each in dead if len(dead) < len(stated) else []:
            yield At((*path, each), "never applies", _first_said(policy, place, [each]))
        if dead and len(dead) == len(stated):
            yield At(path, "the rule never decides anything", _first_said(policy, place, dead))


def _first_said(policy: Reach, place: int, commitments: list[str]) -> str:
    earlier = sorted({each for commitment in commitments for each in policy.before(place, commitment)})
    names = _listed([policy.called(each) for each in earlier])
    same = len(earlier) == 1 and (policy.of_rule[earlier[0]] == policy.of_rule[place]).all()
    whom = "exactly the same orders" if same else "all these orders"
    return f"{names} {'comes' if len(earlier) == 1 else 'come'} first for {whom}"


def _clashes(policy: Reach) -> Iterator[At]:
    """Rules that meet in some orders while each has others of its own: the order of the list decides."""
    for place in range(len(policy.rules)):
        for earlier in range(place):
            first, mine = policy.of_rule[earlier], policy.of_rule[place]
            if not ((first & ~mine).any() and (mine & ~first).any()):
                continue
            both = {
                each: policy.decides(earlier, each) & first & mine
                for each in COMMITMENTS
                if policy.decides(place, each).any() and _differ(policy, earlier, place, each)
            }
            meant = [f"the {each.replace('_', ' ')}" for each, where in both.items() if where.any()]
            if meant:
                where = np.logical_or.reduce(list(both.values()))
                yield At(
                    ("service", "rules", place),
                    f"overlaps with {policy.called(earlier)}: both state {_listed(meant)} for some orders "
                    f"({policy.kinds.described(where)})",
                    f"{policy.called(earlier)}, the earlier, decides",
                )


def _differ(policy: Reach, earlier: int, place: int, commitment: str) -> bool:
    return bool(getattr(policy.rules[earlier], commitment) != getattr(policy.rules[place], commitment))


def _gaps(policy: Reach) -> Iterator[At]:
    """Orders for which no rule states what others have."""
    for each in NO_GAPS:
        stated = [policy.of_rule[place] for place in range(len(policy.rules)) if policy.states(place, each)]
        missing = ~np.logical_or.reduce([policy.nothing, *stated])
        if missing.any() and not missing.all():
            yield At(
                ("service", "rules"), f"no rule states a {each} for some orders ({policy.kinds.described(missing)})"
            )


def _overrides(policy: Reach) -> Iterator[At]:
    """Overrides that meet no order, change nothing, or come too late."""
    names, taken = [rule.name for rule in policy.rules], np.zeros(len(policy.nothing))
    for place, each in enumerate(policy.overrides):
        path, mine = ("service", "overrides", place), policy.of_override[place]
        if each.rate <= 0:
            continue
        if not mine.any():
            yield At((*path, "when"), "the override never applies", "no order meets all its conditions")
        elif (policy.own[mine] == names.index(each.treated_as)).all():
            yield At((*path, "treated_as"), "the override changes nothing", "that is the rule of these orders anyway")
        elif (taken[mine] >= 1 - MOMENT).all():
            yield At((*path, "rate"), "the override never applies", "earlier overrides take all these orders")
        elif (taken + mine * each.rate > 1 + MOMENT).any():
            yield At((*path, "rate"), "with the overrides before it, this is more than all of some orders")
        taken += mine * each.rate


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
