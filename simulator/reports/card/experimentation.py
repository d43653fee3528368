"""Section 4 of the card: how a run begins, how long it is, and how the results are estimated."""

from collections.abc import Iterator

import numpy as np

from simulator.policies.replenishment import ReplenishmentRule
from simulator.reports.card.markdown import line, paragraph, table
from simulator.reports.card.settings import MOST
from simulator.reports.card.trial import Trial
from simulator.reports.wording import counted, date, figure, lasting
from simulator.scenario.scenario import Scenario
from simulator.scenario.sizing import sized_rules


def initialisation(trial: Trial) -> Iterator[str]:
    yield from paragraph("All queues are empty, all staff are free, no order is open and nothing is on order.")
    rows = list(_shelves(trial))
    if not rows:
        yield from paragraph("Stock is without limit.")
        return
    total = sum(opening for _, _, opening, _ in rows)
    yield from paragraph(
        f"{counted(len(rows), 'shelf', 'shelves')} with {figure(total)} units in all: what `opening` says, else the "
        "highest position that the replenishment rule orders up to. A shelf that opens at or below its reorder point "
        "orders at once."
    )
    shown = sorted(rows, key=lambda row: -row[2])[:MOST] if len(rows) > MOST + 2 else rows
    lines = ([line(site), line(sku), figure(opening), line(rule)] for site, sku, opening, rule in shown)
    yield from table(["site", "SKU", "opening stock, units", "rule with its numbers"], lines)
    if len(shown) < len(rows):
        rest = sum(opening for _, _, opening, _ in rows) - sum(opening for _, _, opening, _ in shown)
        yield from paragraph(f"… and {len(rows) - len(shown)} more, with {figure(rest)} units together.")


def _shelves(trial: Trial) -> Iterator[tuple[str, str, float, str]]:
    """Site, SKU, units and rule of each shelf with limited stock."""
    opening = iter(trial.ledger.opening.tolist())
    for name, site in trial.scenario.network.sites.items():
        rules = sized_rules(trial.scenario, name) if site.stock is not None else {}
        for sku in trial.scenario.products:
            units = next(opening)
            if not np.isnan(units):
                yield name, sku, units, _numbers(rules[sku][1])


def _numbers(rule: ReplenishmentRule) -> str:
    """A rule with the numbers that it decides by."""
    kept = rule.model_dump(exclude_none=True, exclude={"supplier", "opening", "rule"})
    numbers = {key: value for key, value in kept.items() if isinstance(value, (int, float)) and value is not True}
    said = ", ".join(f"{key} {value:g}" for key, value in numbers.items() if value)
    return f"{rule.rule} ({said})" if said else rule.rule


def run_length(scenario: Scenario) -> Iterator[str]:
    run = scenario.run
    yield from paragraph(f"A run begins on {date(scenario, 0)} at midnight and lasts {lasting(run.horizon)}.")
    if run.warm_up:
        yield from paragraph(
            f"Warm-up: {lasting(run.warm_up)}, cut off: orders placed in it are not measured, nor stock until its end. "
            f"Measured: {lasting(run.horizon - run.warm_up)}."
        )
    else:
        yield from paragraph("No warm-up: the measures begin with the run.")


def estimation(scenario: Scenario) -> Iterator[str]:
    yield from paragraph(
        "Independent replications, 20 where `simulator run` is told nothing else (`-n`), or as many as a precision of "
        "KPIs needs (`--precision`). A KPI is told as its mean with a 95 % confidence interval."
    )
    yield from paragraph(
        f"The seed is {scenario.run.seed}, and replications are numbered from 0. Scenarios with the same seed are "
        "compared pair by pair, by replication number (common random numbers)."
    )
