"""Sections 5 and 6 of the card: with what it was made, and how to have and run it."""

import os
import platform
import shlex
from collections.abc import Iterator

from simulator.experiments.provenance import packages
from simulator.reports.card.markdown import bullets, code, paragraph, table
from simulator.reports.card.trial import Trial
from simulator.scenario.scenario import Scenario


def software() -> Iterator[str]:
    yield from paragraph("A discrete-event simulation of processes, in Python, on SimPy.")
    yield from table(["software", "version"], packages().items())


def sampling(scenario: Scenario) -> Iterator[str]:
    segment = next(iter(scenario.market.segments))
    yield from paragraph(
        "numpy's PCG64 generator, seeded by `SeedSequence(seed, spawn_key=(replication, *name))`: one stream for every "
        f"cause, keyed by its name, such as {code(f'{segment}: arrivals')}. A changed policy or an added segment "
        "leaves the luck of all other causes as it was. What a customer will do is drawn when the order is drawn, so "
        "that two policies face the same customers."
    )


def execution(trial: Trial) -> Iterator[str]:
    yield from paragraph(
        f"Events in the order of time; {trial.ledger.events:,} of them in the first replication. Replications run in "
        "as many processes as the computer has cores; the numbers depend on scenario, seed and replication alone."
    )


def system(trial: Trial) -> Iterator[str]:
    yield from paragraph(
        f"{platform.system()} on {platform.machine()}, {os.cpu_count()} cores. The first replication took "
        f"{trial.seconds:.2g} s there."
    )


def access(scenario: Scenario, name: str, changes: tuple[str, ...]) -> Iterator[str]:
    words = shlex.join([name, *(word for change in changes for word in ("--set", change))])
    yield from paragraph("The program is free software under the MIT licence. A scenario is one text file.")
    yield from bullets(
        [
            f"Scenario hash: {code(scenario.hash)}",
            f"To run it again: `simulator run {words} --format json > result.json`",
            "To see whether the numbers are those of a result: `simulator reproduce result.json`",
        ]
    )
