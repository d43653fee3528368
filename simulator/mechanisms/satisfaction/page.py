"""What is told of satisfaction: as it is, as a survey finds it, and what drives it."""

from collections.abc import Mapping

from simulator.drawing.html import DataTable, PagePart, Paragraph, Section, Told
from simulator.drawing.wording import figure, half
from simulator.engine.ledger import Ledger
from simulator.mechanisms.satisfaction.facts import Felt, Replied, Surveyed
from simulator.scenario.satisfaction import DRIVERS

SCORES = {
    "satisfaction": "Stars",
    "true_csat": "CSAT of all",
    "csat": "surveyed",
    "true_nps": "NPS of all",
    "nps": "surveyed",
    "nps_sampling_error": "standard error",
}
ANSWERS = {"survey_response": "Answered, of those asked", "ces": "Ease, of 7"}
NAMES = {
    "timeliness": "a star for its time",
    "missing": "nothing comes",
    "damaged": "damaged",
    "wrong": "an error",
    "contacts": "a contact",
    "split": "several deliveries",
}


def satisfaction(findings: Told) -> Section | None:
    """Satisfaction by segment, and what drives it; nothing where nobody looks at it."""
    section = findings.scenario.satisfaction
    if section is None:
        return None
    parts: list[PagePart] = []
    for shown in (SCORES, ANSWERS):  # one table of all is wider than the page
        kpis = [kpi for kpi in shown if findings.by(kpi, "segment")]
        labels = dict.fromkeys(found.label for kpi in kpis for found in findings.by(kpi, "segment"))
        rows = [[label, *(_cell(findings, kpi, "segment", label) for kpi in kpis)] for label in labels]
        if rows:
            parts.append(DataTable(["Segment", *(shown[kpi] for kpi in kpis)], rows))
    weights = dict(zip(DRIVERS, section.weights(), strict=True))
    drivers = [
        [
            NAMES[name],
            f"{weights[name]:+g}".replace("-", "−"),
            _cell(findings, "driver_weight", "driver", name),
            _cell(findings, "driver_error", "driver", name),
        ]
        for name in DRIVERS
        if _cell(findings, "driver_weight", "driver", name) != "–"
    ]
    if drivers:
        parts.append(
            DataTable(["Driver", "Stars, as assumed", "Found by the survey", "Standard error of one survey"], drivers)
        )
        explained = findings.whole("drivers_explain")
        if explained is not None and explained.mean == explained.mean:
            parts.append(
                Paragraph(f"The drivers explain {figure(explained.mean, 'share of variance')} of the answers.")
            )
    return Section("satisfaction", "Satisfaction", parts, "Surveyed: of those who answered.", after="promises")


def _cell(findings: Told, kpi: str, dimension: str, label: str) -> str:
    found = findings.of(kpi, dimension, label)
    if found is None or found.mean != found.mean:
        return "–"
    return f"{figure(found.mean, found.unit)} {half(found)}".strip()


def felt(ledger: Ledger, fact: Felt, named: Mapping[int, str]) -> str:
    return f"the customer would give {fact.stars} stars, where such orders get {fact.score:.2f}"


def surveyed(ledger: Ledger, fact: Surveyed, named: Mapping[int, str]) -> str:
    return "the customer is asked how satisfied he was"


def replied(ledger: Ledger, fact: Replied, named: Mapping[int, str]) -> str:
    return f"the customer answers: {fact.stars} stars, {fact.points} of 10 points, ease {fact.ease} of 7"
