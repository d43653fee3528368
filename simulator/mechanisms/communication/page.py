"""What is told of contacts: why customers turn to the company, how fast they are answered, what alerts are worth."""

from collections.abc import Mapping

from simulator.drawing.html import DataTable, PagePart, Paragraph, Section
from simulator.drawing.html import Told as Findings
from simulator.drawing.wording import NOTHING, clock, figure, in_a_cell, lasting
from simulator.engine.ledger import Ledger
from simulator.mechanisms.communication.facts import MESSAGES, Answered, Contacted, GaveUp, SelfServed, Told
from simulator.scenario.communication import CONTACT_REASONS

BY_CHANNEL = {
    "contacts_per_order": "Contacts per order",
    "contact_service_level": "Answered in time",
    "average_speed_of_answer": "Wait for an answer",
    "abandonment": "Gave up",
    "repeat_contacts": "Asked before",
}

A_MINUTE = 60
ONLY_IF_ANY = ("self_service_share", "unanswered_contacts")
"""Shares that are told where they are above 0."""


def contacts(findings: Findings) -> Section | None:
    """Contacts by channel and reason, and alerts; nothing where nobody turns to the company."""
    section = findings.scenario.communication
    if section is None:
        return None
    parts: list[PagePart] = []
    for dimension, what in (("contact_channel", "Contact channel"), ("contact_reason", "Reason")):
        kpis = [kpi for kpi in BY_CHANNEL if findings.by(kpi, dimension)]
        labels = dict.fromkeys(found.label for kpi in kpis for found in findings.by(kpi, dimension))
        rows = [
            [label.replace("_", " "), *(_cell(findings, kpi, dimension, label) for kpi in kpis)] for label in labels
        ]
        rows = [row for row in rows if set(row[1:]) - NOTHING]  # reasons that nobody had
        if rows:
            parts.append(DataTable([what, *(BY_CHANNEL[kpi] for kpi in kpis)], rows, kind="dense"))
    said = [
        words.format(_whole(findings, kpi))
        for kpi, words in (
            ("wismo_share", "{} of the contacts ask where an order is."),
            ("self_service_share", "{} of these questions customers answer themselves."),
            ("occupancy", "Agents on duty are busy for {} of their time."),
            ("unanswered_contacts", "At the end of the run {} still wait for an agent."),
            ("alert_precision", "Of the orders that were said to be late {} were."),
            ("alert_recall", "Of the customers of late orders {} were told in time."),
        )
        if _whole(findings, kpi) and (kpi not in ONLY_IF_ANY or _any(findings, kpi))
    ]
    parts.append(Paragraph(" ".join(said) or "Nobody turned to the company."))
    return Section("contacts", "Contacts", parts, "Each try counts as a contact.", after="promises")


def _any(findings: Findings, kpi: str) -> bool:
    """Whether a share is above 0."""
    found = findings.whole(kpi)
    return found is not None and found.mean > 0


def _cell(findings: Findings, kpi: str, dimension: str, label: str) -> str:
    found = findings.of(kpi, dimension, label)
    if found is None or (kpi == "contacts_per_order" and not found.mean):  # about no order
        return "–"
    if found.unit == "seconds":
        return f"{found.mean:.0f} s" if found.mean < A_MINUTE else lasting(found.mean / 3600)
    return in_a_cell(found)


def _whole(findings: Findings, kpi: str) -> str:
    """A KPI of the whole as text; nothing where it was not measured, or has no value."""
    found = findings.whole(kpi)
    return figure(found.mean, found.unit) if found is not None and found.mean == found.mean else ""


def told(ledger: Ledger, fact: Told, named: Mapping[int, str]) -> str:
    said = f"the customer is told: {MESSAGES[fact.message].replace('_', ' ')}"
    if fact.date == fact.date:
        said += f", expected {clock(ledger.scenario.run.start, fact.date)}"
    return said if fact.believed else f"{said}; he does not believe it"


def contacted(ledger: Ledger, fact: Contacted, named: Mapping[int, str]) -> str:
    assert ledger.scenario.communication is not None
    reason = CONTACT_REASONS[fact.reason].replace("_", " ")
    if fact.channel < 0:
        return f"the customer looks up: {reason}"
    channel = list(ledger.scenario.communication.channels)[fact.channel]
    return f"the customer turns to the company{' again' if fact.again else ''} by {channel}: {reason}"


def self_served(ledger: Ledger, fact: SelfServed, named: Mapping[int, str]) -> str:
    return "the customer finds the answer"


def answered(ledger: Ledger, fact: Answered, named: Mapping[int, str]) -> str:
    assert ledger.scenario.communication is not None
    teams = list(ledger.scenario.communication.agents)
    who = f"an agent of {teams[fact.team]}" if fact.team >= 0 else "an agent"
    return f"{who} answers, for {lasting(fact.until - fact.at)}"


def gave_up(ledger: Ledger, fact: GaveUp, named: Mapping[int, str]) -> str:
    return "the customer gives up waiting for an agent"
