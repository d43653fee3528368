"""What is told of service-level agreements: what was agreed, attained and charged, period by period."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from simulator.drawing.html import DataTable, Section, Told
from simulator.drawing.wording import counted, figure, half
from simulator.engine.ledger import Ledger
from simulator.measures.view import View
from simulator.mechanisms.contracts.facts import Pushed
from simulator.mechanisms.contracts.kpis import bonus_by_line, penalty_by_line
from simulator.mechanisms.contracts.scorecards import Scorecard, scorecards

MOST = 40
"""So many periods are listed on the page: the last ones."""
PERIODS = ("contract", "from day", "to day", "fell due", "met", "target", "attainment", "missed", "penalty", "bonus")
"""What is said of a settled period."""
UNITS = ("", "", "", "", "", "share", "share", "", "money", "money")


class Period(NamedTuple):
    """A settled period of a contract, as it is listed; days from the start of the run."""

    contract: str
    from_day: float
    to_day: float
    fell_due: float
    met: float
    target: float
    attainment: float
    missed: str
    penalty: float
    bonus: float


def periods(view: View) -> Iterator[Period]:
    """The settled periods of one run in the measured time, contract by contract."""
    for name, card in zip(view.scenario.service.contracts, scorecards(view), strict=True):
        due, met, attained = card.by_period(card.due), card.by_period(card.met), card.attainment
        for place in np.flatnonzero(card.measured).tolist():
            alone = _alone(card, place)
            target = card.contract.target
            yield Period(
                name,
                float(card.begins[place]) / 24,
                float(card.ends[place]) / 24,
                float(due[place]),
                float(met[place]),
                target,
                float(attained[place]),
                "missed" if attained[place] < target - 1e-9 else "",
                float(penalty_by_line(view, alone).sum()),
                float(bonus_by_line(view, alone).sum()),
            )


def _alone(card: Scorecard, period: int) -> Scorecard:
    """The same scorecard with one period as the measured time."""
    only = np.zeros(len(card.ends), dtype=bool)
    only[period] = True
    return replace(card, measured=only)


def contracts(findings: Told) -> Section | None:
    """The contracts and their periods; nothing where there are none."""
    names = list(findings.scenario.service.contracts)
    if not names:
        return None
    heads = ["Contract", "Counts", "Target", "Attainment", "", "Periods missed", "Penalty a week", ""]
    rows = [_contract(findings, name) for name in names]
    listed = list(periods(findings.view))
    shown = [_row(findings, each) for each in listed[-MOST:]]
    columns = ["Contract", "From", "To", "Fell due", "Met", "Attainment", "", "Penalty", "Bonus"]
    left_out = f" The last {MOST} of {len(listed)} periods are listed." if len(listed) > MOST else ""
    lead = f"Means over {counted(findings.replications, 'replication')}; then the periods of one of them.{left_out}"
    tables = [DataTable(heads, rows, words=(0, 1, 4, 7))]
    if shown:
        tables.append(DataTable(columns, shown, words=(0, 1, 2, 6)))
    return Section("contracts", "Service-level agreements", tables, lead, after="promises")


def _contract(findings: Told, name: str) -> list[str]:
    contract = findings.scenario.service.contracts[name]
    attained, missed, penalty = (
        findings.of(kpi, "contract", name) for kpi in ("sla_attainment", "sla_breaches", "sla_penalty")
    )
    counts = f"{contract.metric.replace('_', ' ')}, by {contract.basis}"
    cells = [name, counts, figure(contract.target, "share")]
    cells += [figure(attained.mean, attained.unit), half(attained)] if attained else ["–", ""]
    cells += [figure(missed.mean, missed.unit) if missed else "–"]
    return cells + ([figure(penalty.mean), half(penalty)] if penalty else ["–", ""])


def _row(findings: Told, period: Period) -> list[str]:
    dates = [_date(findings, day) for day in (period.from_day, period.to_day)]
    numbers = [figure(period.fell_due), figure(period.met), figure(period.attainment, "share")]
    return [period.contract, *dates, *numbers, period.missed, figure(period.penalty), figure(period.bonus)]


def _date(findings: Told, day: float) -> str:
    return f"{dt.datetime.combine(findings.scenario.run.start, dt.time()) + dt.timedelta(days=day):%Y-%m-%d %H:%M}"


def pushed(ledger: Ledger, fact: Pushed, named: Mapping[int, str]) -> str:
    return f"pushed: contract {list(ledger.scenario.service.contracts)[fact.contract]} is at risk"
