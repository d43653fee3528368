"""The whole card: every item of the checklist, in its order."""

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.reports.card import components, experimentation, implementation, inputs, logic, objectives
from simulator.reports.card.markdown import line
from simulator.reports.card.settings import Part
from simulator.reports.card.trial import trial
from simulator.scenario.scenario import Scenario

SOURCE = ("Written from the scenario by `simulator card`, under the headings of the STRESS-DES checklist "
          "(Monks et al., Journal of Simulation 13, 2019).")  # fmt: skip


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
        "### 1.1 Purpose of the model": objectives.purpose(played),
        "### 1.2 Model outputs": objectives.outputs(played),
        "### 1.3 Experimentation aims": objectives.aims(played, whole),
        "## 2 Logic": iter(()),
        "### 2.1 Base model overview diagram": logic.diagram(scenario),
        "### 2.2 Base model logic": logic.happenings(played),
        "### 2.3 Scenario logic": logic.differences(scenario, base),
        "### 2.4 Algorithms": logic.algorithms(whole),
        "### 2.5 Components": iter(()),
        "#### 2.5.1 Entities": components.entities(scenario),
        "#### 2.5.2 Activities": components.activities(scenario),
        "#### 2.5.3 Resources": components.resources(scenario),
        "#### 2.5.4 Queues": components.queues(scenario),
        "#### 2.5.5 Entry and exit points": components.entry_and_exit(played),
        "## 3 Data": iter(()),
        "### 3.1 Data sources": inputs.sources(scenario),
        "### 3.2 Pre-processing": inputs.preprocessing(scenario),
        "### 3.3 Input parameters": inputs.parameters(scenario),
        "### 3.4 Assumptions": inputs.assumptions(scenario),
        "## 4 Experimentation": iter(()),
        "### 4.1 Initialisation": experimentation.initialisation(played),
        "### 4.2 Run length": experimentation.run_length(scenario),
        "### 4.3 Estimation approach": experimentation.estimation(scenario),
        "## 5 Implementation": iter(()),
        "### 5.1 Software or programming language": implementation.software(),
        "### 5.2 Random sampling": implementation.sampling(scenario),
        "### 5.3 Model execution": implementation.execution(played),
        "### 5.4 System specification": implementation.system(played),
        "## 6 Code access": iter(()),
        "### 6.1 Computer model sharing statement": implementation.access(scenario, name, changes),
    }
    lines = [f"# Model card: {line(scenario.name)}", "", SOURCE, ""]
    for heading, content in sections.items():
        lines += [heading, "", *content]
    return "\n".join(lines).rstrip() + "\n"
