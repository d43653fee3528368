"""The model card: a scenario told under the headings of the STRESS-DES checklist."""

import os
import platform
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from simulator.drawing.wording import counted, date, figure, lasting, title
from simulator.experiments.provenance import packages
from simulator.measures.registry import SCOR
from simulator.planning.stock_levels import sized_rules
from simulator.replication.measure import catalogue
from simulator.reports.card_inputs import MOST, Part, assumptions, parameters, parts, preprocessing, sources
from simulator.reports.card_model import (
    activities,
    algorithms,
    diagram,
    differences,
    entities,
    entry_and_exit,
    happenings,
    queues,
    resources,
)
from simulator.reports.card_text import FirstRun, bullets, code, first, line, paragraph, table, trial
from simulator.rules.replenishing import ReplenishmentRule
from simulator.scenario.scenario import Scenario
from simulator.scenario.service import Targets


def purpose(trial: FirstRun) -> Iterator[str]:
    scenario = trial.scenario
    yield from paragraph(f"{line(scenario.name)}. {line(scenario.about)}".strip())
    if not scenario.about:
        yield from paragraph("The scenario does not say what question it answers (`about`).")


def outputs(trial: FirstRun) -> Iterator[str]:
    """The KPIs with their definitions."""
    found = catalogue()
    yield from paragraph(
        f"{len(trial.kpis)} KPIs are measured, from the end of the warm-up on, for the whole and by slice. Times are "
        "in hours and money is in the scenario's own currency unless the unit says otherwise. `simulator kpis NAME` "
        "gives the whole definition of each."
    )
    yield from table(
        ["KPI", "unit", "of", "better", SCOR, "definition"],
        (
            [
                code(name),
                found[name].unit,
                line(found[name].denominator),
                found[name].better,
                found[name].scor or "–",
                first(found[name].function),
            ]
            for name in trial.kpis
        ),
    )


def aims(trial: FirstRun, whole: Part) -> Iterator[str]:
    """What the result is judged against."""
    goals = list(_targets(trial.scenario, whole))
    yield from paragraph(
        "The result is judged against these targets; they change nothing in the run."
        if goals
        else "No targets of service are set: the results are described, not judged."
    )
    yield from bullets(goals)


def _targets(scenario: Scenario, whole: Part) -> Iterator[str]:
    for part in parts(whole):
        if isinstance(part.model, Targets):
            place = part.path[2]
            rule = scenario.service.rule_names[place] if isinstance(place, int) else str(place)
            for kpi, goal in part.model.model_dump(exclude_none=True).items():
                yield f"{title(kpi)} of {figure(goal, 'share')} at least ({line(rule)})"
    for name, contract in scenario.service.contracts.items():
        yield f"{code(contract.metric)} of {figure(contract.target, 'share')} at least (contract {line(name)})"


def initialisation(trial: FirstRun) -> Iterator[str]:
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


def _shelves(trial: FirstRun) -> Iterator[tuple[str, str, float, str]]:
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
    yield from paragraph(f"A run begins on {date(run.start, 0)} at midnight and lasts {lasting(run.horizon)}.")
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


def software() -> Iterator[str]:
    yield from paragraph("A discrete-event simulation of processes, in Python, on SimPy.")
    yield from table(["software", "version"], packages().items())


def sampling(scenario: Scenario) -> Iterator[str]:
    segment = next(iter(scenario.market.segments))
    yield from paragraph(
        "numpy's PCG64 generator, seeded by `SeedSequence(seed, spawn_key=(replication, *name))`: one stream for every "
        f"cause, keyed by its name, such as {code(f'{segment}: arrivals')}. A changed policy or an added segment "
        "leaves the random numbers of all other causes as they were. What a customer will do is drawn when the "
        "order is drawn, so that two policies face the same customers."
    )


def execution(trial: FirstRun) -> Iterator[str]:
    yield from paragraph(
        f"Events in the order of time; {trial.ledger.events:,} of them in the first replication. Replications run in "
        "as many processes as the computer has cores; the numbers depend on scenario, seed and replication alone."
    )


def system(trial: FirstRun) -> Iterator[str]:
    yield from paragraph(
        f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores. The first replication took "
        f"{trial.seconds:.2g} s there."
    )


def access(scenario: Scenario, name: str, changes: tuple[str, ...]) -> Iterator[str]:
    words = shlex.join([name, *(word for change in changes for word in ("--set", change))])
    yield from paragraph("The program is free software under the MIT licence. A scenario is one text file.")
    yield from bullets(
        [
            f"Scenario hash: {code(scenario.hash)}",
            f"To run it again: `simulator run {words} --format json > result.json`",
            "To see whether the numbers are those of a result: `simulator reproduce result.json`",
        ]
    )


SOURCE = (
    "Written from the scenario by `simulator card`, under the headings of the STRESS-DES checklist "
    "(Monks et al., Journal of Simulation 13, 2019)."
)


def card(
    scenario: Scenario, name: str = "SCENARIO", base: Mapping[str, Any] | None = None, changes: tuple[str, ...] = ()
) -> str:
    """The model card of a scenario, in Markdown. The first replication is played for it.

    `name` is what the scenario is called on the command line, `changes` are its overrides there, and `base` is the
    plain data of the scenario that it extends.

    Errors: HistoryError if the order history cannot be read.
    """
    played, whole = trial(scenario), Part((), scenario, scenario.source, True)
    sections: dict[str, Iterator[str]] = {
        "## 1 Objectives": iter(()),
        "### 1.1 Purpose of the model": purpose(played),
        "### 1.2 Model outputs": outputs(played),
        "### 1.3 Experimentation aims": aims(played, whole),
        "## 2 Logic": iter(()),
        "### 2.1 Base model overview diagram": diagram(scenario),
        "### 2.2 Base model logic": happenings(played),
        "### 2.3 Scenario logic": differences(scenario, base),
        "### 2.4 Algorithms": algorithms(whole),
        "### 2.5 Components": iter(()),
        "#### 2.5.1 Entities": entities(scenario),
        "#### 2.5.2 Activities": activities(scenario),
        "#### 2.5.3 Resources": resources(scenario),
        "#### 2.5.4 Queues": queues(scenario),
        "#### 2.5.5 Entry and exit points": entry_and_exit(played),
        "## 3 Data": iter(()),
        "### 3.1 Data sources": sources(scenario),
        "### 3.2 Pre-processing": preprocessing(scenario),
        "### 3.3 Input parameters": parameters(scenario),
        "### 3.4 Assumptions": assumptions(scenario),
        "## 4 Experimentation": iter(()),
        "### 4.1 Initialisation": initialisation(played),
        "### 4.2 Run length": run_length(scenario),
        "### 4.3 Estimation approach": estimation(scenario),
        "## 5 Implementation": iter(()),
        "### 5.1 Software or programming language": software(),
        "### 5.2 Random sampling": sampling(scenario),
        "### 5.3 Model execution": execution(played),
        "### 5.4 System specification": system(played),
        "## 6 Code access": iter(()),
        "### 6.1 Computer model sharing statement": access(scenario, name, changes),
    }
    lines = [f"# Model card: {line(scenario.name)}", "", SOURCE, ""]
    for heading, content in sections.items():
        lines += [heading, "", *content]
    return "\n".join(lines).rstrip() + "\n"
