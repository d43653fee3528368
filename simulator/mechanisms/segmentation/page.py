"""Who and what matters: classes of products and of customers, what each brings and how each is served."""

import numpy as np

from simulator.drawing.html import DataTable, PagePart, Paragraph, Section, Told
from simulator.drawing.wording import Measured, counted, figure, in_a_cell
from simulator.measures.labels import Membership

PRODUCTS = ("line_fill_rate", "inventory_value", "margin")
CUSTOMERS = ("line_fill_rate", "on_time", "margin")
SAYS = {
    "line_fill_rate": "Line fill rate",
    "inventory_value": "Stock at cost",
    "margin": "Margin",
    "on_time": "On time",
}


def classes(findings: Told) -> Section | None:
    """A table for products and one for customers; nothing where there are no classes."""
    run, parts = findings.scenario.run, list[PagePart]()
    for dimension, volume, what, kpis in (
        ("class", "lines_per_week", "SKUs", PRODUCTS),
        ("customer_class", "orders_per_week", "Customers", CUSTOMERS),
    ):
        if len(findings.by(volume, dimension)) > 1:
            held = findings.view.labels.classes if dimension == "class" else findings.view.labels.tiers
            count = _count(held, held.longest(run.warm_up, run.horizon)) if held is not None else _by_segment(findings)
            parts.append(_table(findings, dimension, what, count, volume, kpis))
    if not parts:
        return None
    said = _moved(findings)
    parts += [Paragraph(said)] if said else []
    return Section("classes", "Who and what matters", parts, _lead(findings), after="policy")


def _count(membership: Membership, codes: np.ndarray) -> dict[str, int]:
    """How many are in each class."""
    return {label: int((codes == place).sum()) for place, label in enumerate(membership.labels)}


def _by_segment(findings: Told) -> dict[str, int]:
    """How many customers are in each class, where classes are those of the segments."""
    segments, found = list(findings.scenario.market.segments.values()), dict[str, int]()
    for segment in findings.ledger.customer_segments:
        label = segments[segment].customer_class or ""
        found[label] = found.get(label, 0) + 1
    return found


def _table(
    findings: Told, dimension: str, what: str, count: dict[str, int], volume: str, kpis: tuple[str, ...]
) -> DataTable:
    shown = [each.kpi for each in findings.shown(kpis) if findings.by(each.kpi, dimension)]
    shares = [kpi for kpi in (volume, "revenue") if any(each.mean for each in findings.by(kpi, ""))]
    rows: list[list[str]] = []
    for found in findings.by(volume, dimension):
        label = found.label
        some = count.get(label, 0)
        parts = [_share(findings, kpi, dimension, label) for kpi in shares]
        cells = [_cell(findings.of(kpi, dimension, label)) for kpi in shown]
        rows.append([label, f"{some:,}", figure(some / max(sum(count.values()), 1), "share"), *parts, *cells])
    names = {volume: volume.split("_")[0], "revenue": "revenue"}
    columns = ["Class", what, "of them", *(f"of {names[kpi]}" for kpi in shares), *(SAYS[kpi] for kpi in shown)]
    return DataTable(columns, rows, kind="dense")


def _share(findings: Told, kpi: str, dimension: str, label: str) -> str:
    part, whole = findings.of(kpi, dimension, label), findings.whole(kpi)
    return figure(part.mean / whole.mean, "share") if part and whole and whole.mean else "–"


def _cell(found: Measured | None) -> str:
    return in_a_cell(found)


def _moved(findings: Told) -> str:
    """How many change their class at a review; "" where none can."""
    said = []
    for kpi, whom in (("sku_reclassification_rate", "SKUs"), ("customer_reclassification_rate", "customers")):
        found = findings.whole(kpi)
        if found is not None and found.mean == found.mean:
            said.append(f"A review puts {figure(found.mean, found.unit)} of the {whom} into another class.")
    return " ".join(said)


def _lead(findings: Told) -> str:
    """What the first class brings, in a sentence."""
    first = next(iter(findings.by("lines_per_week", "class")), None)
    says = f"Numbers of SKUs and customers are of replication {findings.replication}, in the class in which each was "
    says += "longest; money is per week."
    if first is None:
        return says
    share = _share(findings, "revenue", "class", first.label)
    number = counted(len(findings.by("lines_per_week", "class")), "class", "classes")
    return f"{number} of products; {first.label} brings {share} of revenue. {says}" if share != "–" else says
