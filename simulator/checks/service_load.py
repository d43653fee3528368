"""Failures that technicians and repair shops can never keep up with, and what is stated of after-sales in vain."""

from collections.abc import Iterator

import numpy as np

from simulator.checks.order_kinds import Reach
from simulator.planning.unit_failures import failures_per_hour
from simulator.planning.working_time import WorkingTime
from simulator.scenario.after_sales import AfterSales
from simulator.scenario.errors import At
from simulator.scenario.scenario import Scenario

FULL = 1 - 1e-9


def after_sales_oddities(policy: Reach) -> Iterator[At]:
    """What has no effect without a section `after_sales`, and too much work for those who repair."""
    scenario = policy.scenario
    section = scenario.after_sales
    if section is None:
        for name in ("travel", "technician"):
            if getattr(scenario.costs, name):
                yield At(("costs", name), "this costs nothing: there is none of it", "it needs a section `after_sales`")
        for place, rule in enumerate(policy.rules):
            for name in ("parts_from", "repair_or_replace"):
                if getattr(rule, name) is not None:
                    path = ("service", "rules", place, name)
                    yield At(path, "nothing is repaired", "units fail where there is a section `after_sales`")
        return
    yield from _never_joins(scenario, section)
    yield from _needless(section)
    failing = {name: failures_per_hour(each, scenario.run.horizon) for name, each in section.installed.items()}
    yield from _too_much_for_technicians(scenario, section, failing)
    yield from _too_much_for_shops(scenario, section, failing)


def _never_joins(scenario: Scenario, section: AfterSales) -> Iterator[At]:
    """Units that are given in place of others join nothing: nobody follows them."""
    for name, product in scenario.products.items():
        for sku in product.substitutes:
            if sku in section.installed and section.installed[sku].joins:
                yield At(
                    ("after_sales", "installed", sku),
                    f"units of {sku!r} that are given as a substitute for {name!r} do not come into service",
                    "state joins: 0, or no such substitute",
                )


def _needless(section: AfterSales) -> Iterator[At]:
    """Parts that no failure needs, and contracts that no unit has."""
    used = {part for each in section.installed.values() for part, share in each.parts.items() if share}
    for name in section.parts:
        if name not in used:
            yield At(("after_sales", "parts", name), "no failure needs this part")
    held = {tier for each in section.installed.values() for tier, share in each.contracts.items() if share}
    for name in section.contracts:
        if name not in held:
            yield At(("after_sales", "contracts", name), "no unit has this contract")


def _too_much_for_technicians(scenario: Scenario, section: AfterSales, failing: dict[str, float]) -> Iterator[At]:
    """More work of all teams together than they can do: one visit for each failure, and what does not work at once."""
    if not section.technicians:
        return
    teams = section.technicians
    work = there = 0.0
    for name, each in section.installed.items():
        able = [team for team in teams.values() if team.products is None or name in team.products]
        travel = min(team.travel.expected for team in able)
        work += failing[name] * (2 - section.first_time_fix) * (travel + each.repair.expected)
    for team in teams.values():
        there += team.number * _open_share(scenario, team.calendar)
    if there and work / there >= FULL:
        yield At(
            ("after_sales", "technicians"),
            f"failures of the units in service at the start alone bring {work / there:.1f} times the work that "
            "technicians can do: the queue grows without end",
            "more technicians, or longer hours",
        )


def _too_much_for_shops(scenario: Scenario, section: AfterSales, failing: dict[str, float]) -> Iterator[At]:
    """More failed parts than a shop can repair."""
    for name, shop in section.shops.items():
        work = sum(
            failing[product] * share * (1 - part.repair.condemned) * part.repair.time.expected
            for product, each in section.installed.items()
            for each_part, share in each.parts.items()
            if (part := section.parts[each_part]).repair is not None and part.repair.shop == name
        )
        there = shop.servers * _open_share(scenario, shop.calendar)
        if work / there >= FULL:
            yield At(
                ("after_sales", "shops", name),
                f"failed parts bring {work / there:.1f} times the work that it can do: the queue grows without end",
                "more servers; a pool of a fixed number of units limits the queue",
            )


def _open_share(scenario: Scenario, calendar: str | None) -> float:
    """Share of the run for which a calendar is open."""
    if calendar is None:
        return 1.0
    hours = WorkingTime(scenario.network.calendars[calendar], scenario.run.start)
    return max(float(hours.open_before(np.array([scenario.run.horizon]))[0]) / scenario.run.horizon, 1e-9)
