"""Whether two versions of the program play the same: the facts and the KPIs of every gallery scenario, bit for bit.

Run it in the environment of each version, and hold the two files against each other:

    python same_numbers.py record old.json            (in the old version's environment)
    python same_numbers.py record new.json            (in the new one's)
    python same_numbers.py compare old.json new.json

Facts are kept as one digest for each field, KPIs as the numbers themselves. A kind of fact that a run has none of
is left out, so that a version may have kinds that another does not know.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

import simulator

REPLICATIONS = 2


def digest(column: np.ndarray) -> str:
    """A fingerprint of an array: its type, its length and every bit."""
    return f"{column.dtype} {len(column)} {hashlib.sha256(np.ascontiguousarray(column).tobytes()).hexdigest()[:24]}"


def played(name: str, replication: int) -> dict[str, Any]:
    """The facts and the KPIs of one replication."""
    try:
        from simulator.replication.measure import measure
    except ImportError:  # before version 0.2
        from simulator.replication.measure import measure
    ledger = simulator.simulate(simulator.load(name), replication)
    tables = ledger._columns
    facts = {
        kind.__name__: {field: digest(column) for field, column in columns.items()}
        for kind, columns in tables.items()
        if len(next(iter(columns.values())))
    }
    measures = measure(ledger)
    kpis = {
        f"{kind} {kpi} {dimension}": [float(value).hex() for value in np.atleast_1d(numbers)]
        for kind, found in (("value", measures.values), ("weight", measures.weights), ("trials", measures.trials))
        for kpi, slices in found.items()
        for dimension, numbers in slices.items()
    }
    labels = {dimension: list(measures.labels(dimension)) for dimension in measures.dimensions()}
    return {"facts": facts, "kpis": kpis, "labels": labels}


def gallery() -> list[str]:
    """The names of the gallery."""
    folder = Path(__file__).parent.parent / "scenarios"
    return sorted(str(file.relative_to(folder).with_suffix("")) for file in folder.rglob("*.yaml"))


def record(target: str, names: list[str]) -> None:
    """Play and write down."""
    found = {}
    for name in names or gallery():
        for replication in range(REPLICATIONS):
            found[f"{name} #{replication}"] = played(name, replication)
        print(name, flush=True)
    Path(target).write_text(json.dumps(found))


def compare(old: str, new: str) -> int:
    """How many differences there are; each is printed."""
    before, after = (json.loads(Path(file).read_text()) for file in (old, new))
    differences = 0
    for run in sorted(after):
        for part in ("facts", "kpis", "labels"):
            was, now = before.get(run, {}).get(part, {}), after[run][part]
            for key in sorted(was.keys() | now.keys()):
                if was.get(key) != now.get(key):
                    differences += 1
                    print(f"{run}: {part}: {key}")
    print(f"{len(after)} runs, {differences} differences")
    return differences


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["record", target, *names]:
            record(target, names)
        case ["compare", old, new]:
            sys.exit(bool(compare(old, new)))
        case _:
            sys.exit(__doc__)
