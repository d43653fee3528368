"""The laws that every run must keep: those of the life-cycle, and those that each mechanism brings."""

from collections.abc import Iterator

from simulator.engine.ledger import Ledger
from simulator.lifecycle.allocation_laws import allocation_laws
from simulator.lifecycle.laws import laws
from simulator.mechanisms.known import mechanisms


class AuditError(AssertionError):
    """A run broke a law."""


def audit(ledger: Ledger) -> None:
    """Check every law on a closed ledger.

    Errors: AuditError lists each broken law with its first offender.
    """
    broken = list(_broken(ledger))
    if broken:
        raise AuditError("; ".join(broken))


def _broken(ledger: Ledger) -> Iterator[str]:
    yield from laws(ledger)
    for mechanism in mechanisms():
        if mechanism.laws is not None:
            yield from mechanism.laws(ledger)
    yield from allocation_laws(ledger)
