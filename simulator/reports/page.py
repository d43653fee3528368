"""One page to read and print: what came out, why, and what was assumed. It stands alone, without a network."""

from pathlib import Path

from simulator.experiments.result import Result
from simulator.reports import (
    agreements,
    appendix,
    classes,
    lead_times,
    overview,
    perfection,
    policy,
    promises,
    sections,
    troubles,
)
from simulator.reports.files import write_whole
from simulator.reports.findings import Findings
from simulator.reports.markup import Html, tag
from simulator.reports.verdicts import goals

STYLE = Path(__file__).with_name("page.css")


def write_page(result: Result, path: Path) -> None:
    """Write the page of a result as one HTML file.

    Errors: OSError if it cannot be written; what was there before stays.
    """
    write_whole(path, page(result).encode("utf-8", errors="replace"))


def page(result: Result) -> Html:
    """The page as HTML. One run is simulated again for what only its facts can tell."""
    findings = Findings(result)
    wanted = goals(findings)
    main = tag(
        "main",
        overview.header(findings, wanted),
        overview.targets(wanted),
        overview.headlines(findings),
        sections.service(findings, wanted),
        perfection.perfect_orders(findings),
        promises.promises(findings),
        agreements.agreements(findings),
        sections.time(findings),
        lead_times.shares(findings),
        sections.stock(findings),
        lead_times.suppliers(findings),
        sections.cost(findings),
        sections.segments(findings),
        policy.policy(findings),
        classes.classes(findings),
        troubles.skus(findings),
        troubles.orders(findings),
        appendix.assumptions(findings),
        appendix.definitions(findings),
    )
    head = tag(
        "head",
        Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", f"{result.scenario.name} – simulation report"),
        tag("style", Html(STYLE.read_text(encoding="utf-8"))),
    )
    return Html(f"<!DOCTYPE html>\n{tag('html', head, tag('body', main), lang='en')}\n")
