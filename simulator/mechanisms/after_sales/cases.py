"""A unit in service, and a failure of it (a case) with the luck of both: drawn when they begin, whatever is done."""

from collections.abc import Callable
from math import exp, expm1, inf, log, log1p
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulator.engine.clock import Clock, Process
from simulator.mechanisms.after_sales.facts import CUSTOMER
from simulator.scenario.after_sales import AfterSales, Installed, Part, shape_and_scale
from simulator.scenario.distributions import Duration

if TYPE_CHECKING:
    from simulator.engine.terms import Terms
    from simulator.mechanisms.after_sales.technicians import Technician

Luck = Callable[[int], np.random.Generator]
"""The random numbers of one unit, by its number."""
VISITS = 3
"""Visits for which times are drawn: one that finds out what is missing, one in vain, and one that works."""


class PartLuck(NamedTuple):
    """What becomes of a failed part, in hours."""

    scrapped: float
    """Between 0 and 1: whether it is beyond repair."""
    to_shop: float
    repair: float
    lead_time: float
    """Of a new one."""


class ProductTerms:
    """A product in service: what its units have in common."""

    def __init__(self, section: AfterSales, sku: int, name: str, terms: Installed) -> None:
        self.sku, self.name, self.terms = sku, name, terms
        self.shape, self.scale = shape_and_scale(terms.failure)
        self.as_new = terms.after_repair == "as_new"
        self.tiers = list(section.contracts)
        self.levels = np.cumsum(list(terms.contracts.values())).tolist()
        self.of_level = [self.tiers.index(tier) for tier in terms.contracts]
        names = list(section.parts)
        self.parts = [(names.index(part), share) for part, share in terms.parts.items()]
        """Index and share of the failures that need it."""

    def tier(self, chance: float) -> int:
        """The contract of a unit, by a number between 0 and 1; -1 for none."""
        for level, tier in zip(self.levels, self.of_level, strict=True):
            if chance < level:
                return tier
        return -1

    def left(self, ran: float, chance: float) -> float:
        """Running time to the next failure of a unit of some running time; `chance` is exponential with mean 1."""
        if self.shape == 1.0:
            return self.scale * chance
        so_far = self.shape * log(ran / self.scale) if ran > 0 else -inf  # logarithm: the hazard may be immense
        if so_far < 0:
            return float(self.scale * (exp(so_far) + chance) ** (1 / self.shape)) - ran
        return ran * expm1(log1p(chance * exp(-so_far)) / self.shape)

    def expected(self, ran: np.ndarray, hours: np.ndarray) -> np.ndarray:
        """Failures to be expected of units of some running times in the next hours; where a repair makes a unit as new,
        no second one is counted."""
        with np.errstate(over="ignore", invalid="ignore"):  # of a hazard beyond all numbers there is no difference
            hazard = ((ran + hours) / self.scale) ** self.shape - (ran / self.scale) ** self.shape
        hazard[np.isnan(hazard)] = inf
        found: np.ndarray = -np.expm1(-hazard) if self.as_new and self.shape != 1 else hazard
        return found


class Unit:
    """One unit in service."""

    __slots__ = (
        "case",
        "failures",
        "gone",
        "kind",
        "leaving",
        "line",
        "luck",
        "number",
        "ran",
        "repairs",
        "since",
        "terms",
        "tier",
        "turn",
        "up_since",
        "warranty_from",
        "withdrawn",
    )

    def __init__(self, kind: ProductTerms, number: int, line: int, tier: int, luck: tuple[Luck, Luck, int]) -> None:
        self.kind, self.number, self.line, self.tier, self.luck = kind, number, line, tier, luck
        self.failures: np.random.Generator | None = None
        self.repairs: np.random.Generator | None = None
        self.terms: Terms | None = None
        """Of the order by which it was sold."""
        self.case: Case | None = None
        """While it is down."""
        self.gone = self.leaving = False
        self.since = self.warranty_from = self.up_since = self.ran = 0.0
        """When it was new, when its warranty began, since when it runs, and for how long it had run then."""
        self.withdrawn = inf
        """When it is to leave for its age."""
        self.turn = 0
        """Of what is planned for it: what was planned before holds no more."""

    def running(self, now: float) -> float:
        """Its running time."""
        return self.ran + (now - self.up_since if self.case is None else 0.0)

    def draw(self) -> tuple[np.random.Generator, np.random.Generator]:
        """Its random numbers: of failures, as many for each whatever is decided, and of repairs."""
        if self.failures is None or self.repairs is None:
            of_failures, of_repairs, number = self.luck
            self.failures, self.repairs = of_failures(number), of_repairs(number)
        return self.failures, self.repairs


class Case(Process):
    """A failure of a unit, until it runs again: a process."""

    __slots__ = (
        "asked",
        "due",
        "lucky",
        "missing",
        "needs",
        "next_chance",
        "number",
        "of_part",
        "payer",
        "replaced",
        "sleeping",
        "technician",
        "travel",
        "unit",
        "visit",
        "work",
    )
    asked: bool
    """Whether its parts were asked for."""

    def __init__(self, clock: Clock, unit: Unit, number: int, section: AfterSales, parts: list[Part]) -> None:
        super().__init__(clock)
        self.unit, self.number = unit, number
        kind = unit.kind
        failures, repairs = unit.draw()
        chances = failures.random(1 + 2 * len(kind.parts)).tolist()
        self.next_chance = failures.exponential()
        self.lucky = chances[0] < section.first_time_fix
        needed = [
            (part, scrapped)
            for (part, share), chance, scrapped in zip(kind.parts, chances[1::2], chances[2::2], strict=True)
            if chance < share
        ]
        self.needs = [part for part, _ in needed]
        self.work = _times(kind.terms.repair, repairs, VISITS)
        self.travel = {name: _times(team.travel, repairs, VISITS) for name, team in section.technicians.items()}
        self.of_part = {part: _part_luck(parts[part], scrapped, repairs) for part, scrapped in needed}
        self.visit = self.missing = 0
        self.asked = self.sleeping = self.replaced = False
        self.technician: Technician | None = None
        self.payer, self.due = CUSTOMER, inf

    def scrapped(self, part: int, terms: Part) -> bool:
        """Whether a failed part cannot be repaired."""
        return terms.repair is None or self.of_part[part].scrapped < terms.repair.condemned

    def luck_of_part(self, part: int) -> PartLuck:
        """What becomes of one that failed."""
        return self.of_part[part]


def _part_luck(part: Part, scrapped: float, rng: np.random.Generator) -> PartLuck:
    laws = (
        part.repair.transport if part.repair is not None else None,
        part.repair.time if part.repair is not None else None,
        part.lead_time,
    )
    return PartLuck(scrapped, *(0.0 if law is None else _times(law, rng, 1)[0] for law in laws))


def _times(law: Duration, rng: np.random.Generator, many: int) -> list[float]:
    """So many durations; what is constant takes no random number."""
    found: list[float] = [law.constant] * many if law.constant is not None else law.sample(rng, many).tolist()
    return found
