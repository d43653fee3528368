"""What is told of customers: who stays, who leaves and why, what they buy elsewhere, what one is worth."""

from collections.abc import Mapping

from simulator.drawing.html import DataTable, PagePart, Paragraph, Section, Told
from simulator.drawing.wording import figure, in_a_cell
from simulator.engine.ledger import Ledger
from simulator.mechanisms.goodwill.facts import EXPERIENCES, CustomerLeft, Experienced, NeedMet

NUMBERS = {
    "active_customers": "Customers",
    "retention": "Stayed",
    "customers_lost": "Left, per week",
    "customers_gained": "New, per week",
}
WORTH = {
    "repeat_rate": "Ordered again",
    "share_of_wallet": "Share of wallet",
    "sales_elsewhere": "Bought elsewhere, per week",
    "lifetime_value": "Lifetime value",
}
CAUSES = {
    "refused": "nothing came",
    "short": "something never came",
    "late": "late",
    "damaged": "damaged",
    "wrong": "wrong",
    "good": "none",
}


def customers(findings: Told) -> Section | None:
    """Customers by segment, and after what they left; nothing where nobody remembers."""
    if findings.scenario.goodwill is None:
        return None
    parts: list[PagePart] = []
    labels = dict.fromkeys(found.label for found in findings.by("active_customers", "segment") if found.mean)
    for shown in (NUMBERS, WORTH):  # one table of all is wider than the page
        kpis = [kpi for kpi in shown if findings.by(kpi, "segment")]
        rows = [[label, *(in_a_cell(findings.of(kpi, "segment", label)) for kpi in kpis)] for label in labels]
        if rows:
            parts.append(DataTable(["Segment", *(shown[kpi] for kpi in kpis)], rows, kind="dense"))
    causes = [
        [said, *(in_a_cell(findings.of(kpi, "experience", kind)) for kpi in ("bad_experiences", "customers_lost"))]
        for kind, said in CAUSES.items()
        if any(_some(findings, kpi, kind) for kpi in ("bad_experiences", "customers_lost"))
    ]
    if causes:
        parts.append(
            DataTable(["Fault with an order", "Share of orders", "Customers who left after it, per week"], causes)
        )
    said = [
        words.format(_whole(findings, kpi))
        for kpi, words in (
            ("sales_elsewhere", "What customers bought from competitors would have cost {} a week here."),
            ("bad_experiences", "Customers found a fault with {} of their orders."),
        )
        if _whole(findings, kpi)
    ]
    parts.append(Paragraph(" ".join(said) or "Nobody judged an order."))
    note = "What moves goodwill is assumed where the scenario does not state it: see the assumptions."
    return Section("customers", "Customers", parts, note, after="promises")


def _some(findings: Told, kpi: str, kind: str) -> bool:
    """Whether there was any of an experience."""
    found = findings.of(kpi, "experience", kind)
    return found is not None and found.mean > 0


def _whole(findings: Told, kpi: str) -> str:
    """A KPI of the whole as text; nothing where it was not measured, or has no value."""
    found = findings.whole(kpi)
    return figure(found.mean, found.unit) if found is not None and found.mean == found.mean else ""


def need_met(ledger: Ledger, fact: NeedMet, named: Mapping[int, str]) -> str:
    segment = list(ledger.scenario.market.segments)[fact.segment]
    who = f"customer {fact.customer} of {segment}" if fact.customer else f"a customer of {segment}"
    return f"{who} needs something, and comes to us"


def experienced(ledger: Ledger, fact: Experienced, named: Mapping[int, str]) -> str:
    kind = EXPERIENCES[fact.kind]
    said = "without fault" if kind == "good" else CAUSES[kind]
    return f"the customer judges the order: {said}; goodwill {fact.before:g} → {fact.goodwill:g}"


def customer_left(ledger: Ledger, fact: CustomerLeft, named: Mapping[int, str]) -> str:
    many = f", as do all {fact.customers:g} of the cohort" if fact.customers > 1 else ""
    return f"the customer leaves for good{many}"
