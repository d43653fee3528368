"""What is told of returns: why goods come back, what becomes of them, how long it takes, and what it costs."""

from collections.abc import Mapping

from simulator.drawing.html import DataTable, PagePart, Section, Told
from simulator.drawing.wording import Measured, Number, counted, figure, half, of_line, said
from simulator.engine.facts import LineOrdered
from simulator.engine.ledger import Ledger
from simulator.mechanisms.returns.facts import (
    ClaimSettled,
    Disposed,
    Exchanged,
    Inspected,
    Mispicked,
    ReturnAnswered,
    ReturnRequested,
)
from simulator.planning.returned_lines import stated_terms
from simulator.scenario.returns import GRADES, REASONS

SAYS = {
    "return_rate": "Lines that come back",
    "returned_value": "Their value",
    "refused_returns": "Requests refused",
    "refund_time": "Time to the refund",
    "dock_to_stock": "Dock to stock",
    "recovery_value": "Value recovered",
    "circularity": "Units not thrown away",
    "exchanged_returns": "Refunds that are exchanges",
    "claims_credited": "Claims credited by suppliers",
    "fraud_refunds": "Paid for fraudulent returns, a week",
    "cost_per_return": "Cost of a return",
}


def returns(findings: Told) -> Section | None:
    """The measures, then by reason and by what becomes of the goods; nothing where rules say nothing of returns, or no
    more than how many there are."""
    labels = findings.view.labels
    if not labels.sizes["return_reason"] and not labels.sizes["disposition"]:
        return None
    rows = [[SAYS[each.kpi], *_cell(each)] for each in findings.shown(SAYS)]
    parts: list[PagePart] = [DataTable(["Measure", "", ""], rows)] if rows else []
    if findings.by("return_rate", "return_reason"):
        parts.append(_by_reason(findings))
    if findings.by("circularity", "disposition"):
        parts.append(_by_way(findings))
    asked = any(terms.asks for terms in stated_terms(findings.scenario))
    lead = (
        f"Means over {counted(findings.replications, 'replication')}. The shares by reason and by what becomes of the "
    )
    lead += "goods add up to the whole."
    lead += " Customers ask before they send anything back." if asked else ""
    return Section("returns", "What comes back", parts, lead, after="promises")


def _by_reason(findings: Told) -> DataTable:
    """Of all lines delivered, those that came back for each reason, and what a return costs for it."""
    rows = []
    for each in findings.by("return_rate", "return_reason"):
        if each.mean:
            cost = findings.of("cost_per_return", "return_reason", each.label)
            refused = findings.of("refused_returns", "return_reason", each.label)
            rows.append([_plain(each.label), *_cell(each), *_cell(refused), *_money(cost)])
    columns = ["Reason", "Of lines delivered", "", "Refused, of requests", "", "Cost of a return", ""]
    return DataTable(columns, rows)


def _by_way(findings: Told) -> DataTable:
    """What becomes of the goods, in units and in value."""
    rows = []
    for each in findings.by("circularity", "disposition"):
        if each.mean:
            value = findings.of("recovery_value", "disposition", each.label)
            rows.append([_plain(each.label), *_cell(each), *_cell(value)])
    whole = findings.whole("circularity")
    if whole is not None and whole.mean < 1:
        scrapped = Number(whole.unit, 1 - whole.mean, 1 - whole.high, 1 - whole.low)
        rows.append(["scrap", *_cell(scrapped), *_cell(findings.of("recovery_value", "disposition", "scrap"))])
    return DataTable(["What becomes of them", "Of units", "", "Value recovered, of all", ""], rows)


def _money(found: Measured | None) -> list[str]:
    return [figure(found.mean), half(found)] if found else ["–", ""]


def _cell(found: Measured | None) -> list[str]:
    return list(said(found)) if found else ["–", ""]


def mispicked(ledger: Ledger, fact: Mispicked, named: Mapping[int, str]) -> str:
    return f"the customer finds another item than {named[fact.line]}"


def requested(ledger: Ledger, fact: ReturnRequested, named: Mapping[int, str]) -> str:
    why = "" if fact.reason == 0 else f": {_plain(REASONS[fact.reason])}"
    return f"the customer asks to send {fact.units:g} x {named[fact.line]} back{why}"


def answered(ledger: Ledger, fact: ReturnAnswered, named: Mapping[int, str]) -> str:
    told = ("the return of {} is accepted", "the return of {} is refused", "{} need not come back")[fact.answer]
    return told.format(named[fact.line])


def inspected(ledger: Ledger, fact: Inspected, named: Mapping[int, str]) -> str:
    found = [_plain(GRADES[fact.grade])] if fact.grade >= 0 else []
    found += [("a fraud", "a fraud that nobody sees")[fact.fraud - 1]] if fact.fraud else []
    return f"{named[fact.line]} inspected: {', '.join(found) or 'in order'}"


def exchanged(ledger: Ledger, fact: Exchanged, named: Mapping[int, str]) -> str:
    return f"in exchange for goods of order {ledger.columns(LineOrdered)['order'][fact.line - 1]}"


def disposed(ledger: Ledger, fact: Disposed, named: Mapping[int, str]) -> str:
    told = ("restocked", "refurbished", "sold off", "recycled", "sent back to the supplier", "written off")[fact.way]
    return f"{fact.units:g} x {named[fact.line]} {told}"


def settled(ledger: Ledger, fact: ClaimSettled, named: Mapping[int, str]) -> str:
    return f"the supplier {'credits' if fact.credit else 'does not credit'} {fact.units:g} x {named[fact.line]}"


def _plain(name: str) -> str:
    return name.replace("_", " ")


returned = of_line("{} come back")
restocked = of_line("{} restocked")
refunded = of_line("{} refunded")
