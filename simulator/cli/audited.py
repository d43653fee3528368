"""What the audit of `simulator run --audit` found: the laws that every run keeps, and those that were broken."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.experiments.result import Result

AUDITED = 3
"""So many replications are audited."""
BROKEN = 1
"""The exit status where a law is broken."""


@dataclass(frozen=True)
class Audited:
    """What the audit of some replications of a result found."""

    replications: int
    facts: int
    laws: dict[str, str]
    broken: dict[int, list[str]]
    """By replication."""

    @staticmethod
    def of(result: "Result") -> "Audited":
        """Play the first replications of a result again, and check every law on what happened."""
        from simulator.replication.simulate import audited, simulate

        numbers = result.numbers[:AUDITED]
        found = {number: audited(simulate(result.scenario, number)) for number in numbers}
        laws = {name: said for each in found.values() for name, said in each.laws.items()}
        broken = {number: each.broken for number, each in found.items() if each.broken}
        return Audited(len(numbers), sum(each.facts for each in found.values()), laws, broken)

    @property
    def text(self) -> str:
        """The same in words."""
        from simulator.drawing.wording import counted

        over = f"over {self.facts:,} facts of {counted(self.replications, 'replication')}"
        if not self.broken:
            return f"audit: {counted(len(self.laws), 'law')} held {over}: {', '.join(self.laws)}"
        lines = [f"  replication {number}: {said}" for number, every in self.broken.items() for said in every]
        return "\n".join([f"audit: not every law held {over}:", *lines])

    def as_json(self) -> dict[str, object]:
        """The same as plain data."""
        broken = [{"replication": number, "message": said} for number, every in self.broken.items() for said in every]
        return {"audit": {"replications": self.replications, "facts": self.facts, "laws": self.laws, "broken": broken}}
