"""Section 1 of the card: what the model is for, and what it tells."""

from collections.abc import Iterator

from simulator.kpis import SCOR, catalogue
from simulator.reports.card.markdown import bullets, code, first, line, paragraph, table
from simulator.reports.card.settings import Part, parts
from simulator.reports.card.trial import Trial
from simulator.reports.wording import figure, title
from simulator.scenario.scenario import Scenario
from simulator.scenario.service import Targets


def purpose(trial: Trial) -> Iterator[str]:
    scenario = trial.scenario
    yield from paragraph(f"{line(scenario.name)}. {line(scenario.about)}".strip())
    if not scenario.about:
        yield from paragraph("The scenario does not say what question it answers (`about`).")


def outputs(trial: Trial) -> Iterator[str]:
    """The KPIs with their definitions."""
    found = catalogue()
    yield from paragraph(
        f"{len(trial.kpis)} KPIs are measured, from the end of the warm-up on, for the whole and by slice. Times are "
        "in hours and money is in the scenario's own currency unless the unit says otherwise. `simulator kpis NAME` "
        "gives the whole definition of each."
    )
    yield from table(
        ["KPI", "unit", "of", "better", SCOR, "definition"],
        ([code(name), found[name].unit, line(found[name].denominator), found[name].better, found[name].scor or "–",
          first(found[name].function)] for name in trial.kpis),
    )  # fmt: skip


def aims(trial: Trial, whole: Part) -> Iterator[str]:
    """What the result is judged against."""
    goals = list(_targets(trial.scenario, whole))
    yield from paragraph("The result is judged against these targets; they change nothing in the run." if goals else
                         "No targets of service are set: the results are described, not judged.")  # fmt: skip
    yield from bullets(goals)


def _targets(scenario: Scenario, whole: Part) -> Iterator[str]:
    for part in parts(whole):
        if isinstance(part.model, Targets):
            place = part.path[2]
            rule = scenario.service.rule_names[place] if isinstance(place, int) else str(place)
            for kpi, goal in part.model.model_dump(exclude_none=True).items():
                yield f"{title(kpi)} of {figure(goal, 'share')} at least ({line(rule)})"
    for name, contract in scenario.service.contracts.items():
        yield f"{code(contract.metric)} of {figure(contract.target, 'share')} at least (agreement {line(name)})"
