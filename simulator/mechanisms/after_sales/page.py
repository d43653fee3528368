"""What is told of after-sales: failures and uptime by product and contract, parts, and who pays for repairs."""

from collections.abc import Mapping

from simulator.drawing.html import DataTable, PagePart, Paragraph, Section, Told
from simulator.drawing.wording import NOTHING, figure, in_a_cell, lasting
from simulator.engine.ledger import Ledger
from simulator.mechanisms.after_sales.facts import (
    PAYERS,
    WHY_RETIRED,
    Arrived,
    Cannibalised,
    Failed,
    Joined,
    PartNeeded,
    Restored,
    Retired,
)

OF_UNITS = {
    "installed_base": "Units",
    "failure_rate": "Failures a year",
    "availability": "Uptime",
    "downtime": "Down for",
    "response_time": "Response",
    "response_in_time": "In time",
    "first_time_fix": "First-time fix",
    "warranty_cost_per_claim": "Cost of a claim",
}
OF_PARTS = {
    "parts_needed": "Needed a week",
    "part_fill_rate": "There at once",
    "part_backorders": "Waited for",
    "repair_turnaround": "Repair takes",
    "parts_bought": "Bought a week",
    "base_forecast_error": "Error: from base",
    "usage_forecast_error": "Error: from usage",
}


def after_sales(told: Told) -> Section | None:
    """Failures and uptime by product and contract, and parts; nothing without a section `after_sales`."""
    if told.scenario.after_sales is None:
        return None
    parts: list[PagePart] = []
    for dimension, what, kpis in (
        ("sku", "Product", OF_UNITS),
        ("service_contract", "Contract", OF_UNITS),
        ("part", "Part", OF_PARTS),
    ):
        shown = [kpi for kpi in kpis if told.by(kpi, dimension)]
        labels = dict.fromkeys(found.label for kpi in shown for found in told.by(kpi, dimension))
        rows = [[label, *(_cell(told, kpi, dimension, label) for kpi in shown)] for label in labels]
        rows = [row for row in rows if set(row[1:]) - NOTHING]  # products that nobody has in service
        if rows:
            parts.append(DataTable([what, *(kpis[kpi] for kpi in shown)], rows, kind="dense"))
    said = [
        words.format(_whole(told, kpi))
        for kpi, words in (
            ("installed_base", "On average {} units are in service."),
            ("availability", "They run for {} of the time."),
            ("response_in_time", "{} of the failures had a technician there in time."),
            ("first_time_fix", "{} are repaired at the first visit."),
            ("technician_utilisation", "Technicians travel or work for {} of their hours."),
            ("part_fill_rate", "{} of the parts are there when they are asked for."),
            ("open_failures", "At the end of the run {} of the failures are still open."),
        )
        if _whole(told, kpi)
    ]
    errors = [told.whole(kpi) for kpi in ("base_forecast_error", "usage_forecast_error")]
    if all(found is not None and found.mean == found.mean for found in errors):
        base, usage = (found.mean for found in errors if found is not None)
        better = "the units in service" if base < usage else "past usage"
        said.append(
            f"Forecasts of parts from the units in service and their ages miss by {100 * base:.0f} % of what is "
            f"needed, those from past usage by {100 * usage:.0f} %: {better} would tell more."
        )
    parts.append(Paragraph(" ".join(said) or "No unit is in service."))
    note = (
        "A unit that is down at the end counts with its time until then; repairs that customers pay cost nothing here."
    )
    return Section("after_sales", "After-sales", parts, note, after="promises")


def _cell(told: Told, kpi: str, dimension: str, label: str) -> str:
    found = told.of(kpi, dimension, label)
    if found is None:
        return "–"
    if found.unit == "hours":
        return lasting(found.mean)
    return in_a_cell(found)


def _whole(told: Told, kpi: str) -> str:
    """A KPI of the whole as text; nothing where it was not measured, or has no value."""
    found = told.whole(kpi)
    return figure(found.mean, found.unit) if found is not None and found.mean == found.mean else ""


def _product(ledger: Ledger, sku: int) -> str:
    return list(ledger.scenario.products)[sku]


def _part(ledger: Ledger, part: int) -> str:
    assert ledger.scenario.after_sales is not None
    return list(ledger.scenario.after_sales.parts)[part]


def joined(ledger: Ledger, fact: Joined, named: Mapping[int, str]) -> str:
    return f"unit {fact.unit} ({_product(ledger, fact.sku)}) is in service"


def failed(ledger: Ledger, fact: Failed, named: Mapping[int, str]) -> str:
    return f"unit {fact.unit} fails; the repair is paid by {('the ' if fact.payer else '') + PAYERS[fact.payer]}"


def arrived(ledger: Ledger, fact: Arrived, named: Mapping[int, str]) -> str:
    return f"a technician is there{f', for the {fact.visit}. time' if fact.visit > 1 else ''}"


def part_needed(ledger: Ledger, fact: PartNeeded, named: Mapping[int, str]) -> str:
    assert ledger.scenario.after_sales is not None
    place = list(ledger.scenario.after_sales.places)[fact.place]
    return f"a {_part(ledger, fact.part)} is needed, from {place}"


def cannibalised(ledger: Ledger, fact: Cannibalised, named: Mapping[int, str]) -> str:
    return f"the {_part(ledger, fact.part)} is taken out of another unit that waits"


def restored(ledger: Ledger, fact: Restored, named: Mapping[int, str]) -> str:
    return f"unit {fact.unit} {'is replaced by a new one' if fact.replaced else 'runs again'}"


def retired(ledger: Ledger, fact: Retired, named: Mapping[int, str]) -> str:
    return f"unit {fact.unit} leaves service: {WHY_RETIRED[fact.why]}"
