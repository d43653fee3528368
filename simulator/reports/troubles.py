"""The sections of the page that name names: SKUs and orders that hurt most, each with its cause."""

from simulator.reports.findings import Findings
from simulator.reports.lateness import Late, late_orders
from simulator.reports.markup import Cell, Html, section, table, tag
from simulator.reports.shortages import Shortage, shortages
from simulator.reports.story import tell
from simulator.reports.wording import day, figure, half, lasting

SKUS, ORDERS = 15, 10
"""So many are named."""
LINES = 60
"""The longest story that is told in the page."""


def skus(findings: Findings) -> Html:
    """The SKUs with the highest value short."""
    if not findings.has_stock:
        return Html("")
    found = shortages(findings.view, SKUS)
    if not found:
        return section("SKUs that hurt most", tag("p", "Nothing was short in this run."), key="skus")
    rates = {each.label: each for each in findings.by("line_fill_rate", "sku")}
    several, priced = len(findings.scenario.network.sites) > 1, any(each.value for each in found)
    rows: list[list[Cell]] = []
    for each in found:
        rate = rates.get(each.sku)
        filled = " ".join([figure(rate.mean, rate.unit), half(rate)]).strip() if rate else "–"
        value = [figure(each.value)] if priced else []
        rows.append([
            f"{each.sku} ({each.site})" if several else each.sku, filled, figure(each.units), figure(each.lost), *value,
            figure(each.share, "share"), figure(each.stockouts), _why(findings, each),
        ])  # fmt: skip
    columns = ["SKU", "Line fill rate", "Units short", "Lost", *(["Value"] if priced else []), "Share", "Stockouts",
               "Worst stockout and why"]  # fmt: skip
    covered, of = sum(each.share for each in found), len(findings.scenario.products)
    most = (f"These {len(found)} of {of:,} SKUs make {figure(covered, 'share')} of the shortage." if covered < 0.9995
            else "Nothing else was short.")  # fmt: skip
    lead = (f"By {'value' if priced else 'units'} not met at once in replication {findings.replication}; the fill rate "
            f"is over all replications. {most} “Lost” counts units lost or given up. "
            "A stockout is a run of short lines without one in between that was met at once.")  # fmt: skip
    return section("SKUs that hurt most", table(columns, rows, words=(0, len(columns) - 1), kind="skus"), key="skus",
                   lead=lead)  # fmt: skip


def _why(findings: Findings, each: Shortage) -> str:
    begin, end = day(findings.scenario, each.begin), day(findings.scenario, each.end)
    when = begin if begin == end else f"{begin} – {end}"
    return f"{when}, {figure(each.worst, 'share')} of its shortage. {each.cause}"


def orders(findings: Findings) -> Html:
    """The latest orders, with the story of each."""
    found = late_orders(findings.view, ORDERS)
    promises = any(each.promised == each.promised for each in found)
    heading = "Orders that hurt most"
    if not found:
        return section(heading, tag("p", "No order was late in this run."), key="orders")
    rows = [_row(findings, each, promises) for each in found]
    columns = ["Order", "Customer", "Placed", *(["Promised"] if promises else []), "Delivered",
               "Late by" if promises else "Took", "Value", "Where the time went"]  # fmt: skip
    numbers = tuple(place for place, name in enumerate(columns) if name not in ("Late by", "Took", "Value"))
    seed = findings.scenario.run.seed
    command = f"simulator story SCENARIO --order {found[0].number}" + f" --seed {seed}" + (
        f" --replication {findings.replication}" if findings.replication else "")  # fmt: skip
    what = "The latest against their promise" if promises else "Nothing is promised: the orders that took longest"
    lead = Html(
        tag("span", f"{what}, in replication {findings.replication}. Read any of them with ")
        + tag("code", command) + tag("span", ", SCENARIO being the file of this page.")
    )  # fmt: skip
    stories = tag("div", *(_story(findings, each) for each in found), class_="stories")
    return section(heading, table(columns, rows, words=numbers, kind="orders"), stories, key="orders", lead=lead)


def _row(findings: Findings, each: Late, promises: bool) -> list[Cell]:
    scenario = findings.scenario
    promised = [day(scenario, each.promised) if each.promised == each.promised else "–"] if promises else []
    still = each.arrived != each.arrived
    known = each.customer.startswith(each.segment)
    return [
        str(each.number), each.customer if known else f"{each.customer} ({each.segment})",
        day(scenario, each.placed), *promised, "still open" if still else day(scenario, each.arrived),
        f"{'over ' if still else ''}{lasting(each.late)}", figure(each.value), each.cause,
    ]  # fmt: skip


def _story(findings: Findings, each: Late) -> Html:
    told = list(tell(findings.ledger, each.number))
    more = [f"  … and {len(told) - LINES} facts more"] if len(told) > LINES else []
    text = "\n".join([*told[:LINES], *more])
    return tag("details", tag("summary", f"The story of order {each.number}"), tag("pre", text))
