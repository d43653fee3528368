"""Which failure a technician is sent to next."""

import math
from dataclasses import dataclass
from typing import Annotated, Literal

from simulator.rules.family import OneOf, Rule


@dataclass(frozen=True, slots=True)
class CaseView:
    """A failed unit that waits for a technician, as a dispatching rule sees it."""

    priority: int = 1
    """Of its service contract, 1 before 2; a unit without one comes after all that have one."""
    due: float = math.inf
    """When a technician is to be there, in hours from the start of the run; infinite where nothing was agreed."""
    work: float = 0.0
    """Hours of travel and repair that are expected."""
    again: bool = False
    """Whether a technician has been there before."""


class DispatchRule(Rule):
    """Decides which waiting case is next when a technician is free.

    Cases are ranked when they begin to wait, the lowest rank first; of equal ranks the one that has waited longest.
    """

    def rank(self, case: CaseView) -> float:
        """The place of a case among those that wait."""
        return 0.0


Dispatch = Annotated[DispatchRule, OneOf()]


class InOrderOfReport(DispatchRule):
    """First reported, first served.

    ```yaml
    rule: first_come
    ```

    >>> InOrderOfReport().rank(CaseView(priority=3))
    0.0
    """

    rule: Literal["first_come"] = "first_come"


class ContractTier(DispatchRule):
    """By the priority of the service contract: those without one come last.

    ```yaml
    rule: contract_tier
    ```

    >>> ContractTier().rank(CaseView(priority=3))
    3.0
    """

    rule: Literal["contract_tier"] = "contract_tier"

    def rank(self, case: CaseView) -> float:
        return float(case.priority)


class DueTime(DispatchRule):
    """By the time at which a technician is to be there (report and response time), the earliest first.

    ```yaml
    rule: due_time
    ```

    >>> DueTime().rank(CaseView(due=28.0))
    28.0
    """

    rule: Literal["due_time"] = "due_time"

    def rank(self, case: CaseView) -> float:
        return case.due


class ShortestJob(DispatchRule):
    """By the hours that travel and repair are expected to take, the shortest first: most units run again soonest.

    ```yaml
    rule: shortest_job
    ```

    >>> ShortestJob().rank(CaseView(work=2.5))
    2.5
    """

    rule: Literal["shortest_job"] = "shortest_job"

    def rank(self, case: CaseView) -> float:
        return case.work
