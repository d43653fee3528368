"""Which contact is answered next, and by which agent."""

import math
from dataclasses import dataclass
from typing import Annotated, Literal

from simulator.rules.family import OneOf, Rule


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact that comes to the centre, as a routing rule sees it."""

    priority: int = 1
    """Of the customer, by the service policy: 1 before 2; for a contact about no order 1."""
    within: float = math.inf
    """The time within which its channel is to be answered, in hours; infinite where it has none."""


@dataclass(frozen=True, slots=True)
class AgentView:
    """A free agent, as a routing rule sees it."""

    skills: int = 1
    """How many kinds of contact, by channel and reason, the agent can answer."""


class RoutingRule(Rule):
    """Decides in which order waiting contacts are answered, and which free agent answers.

    Both are ranked: the lowest rank comes first. Of contacts with equal rank the one that has waited longest is
    answered, of agents with equal rank the one who has been idle longest. A contact is ranked when it comes, and
    that holds for as long as it waits.
    """

    def rank(self, contact: ContactView) -> float:
        """The place of a contact among those that wait."""
        return 0.0

    def rank_agent(self, agent: AgentView) -> float:
        """The place of an agent among those who are free."""
        return 0.0


Routing = Annotated[RoutingRule, OneOf()]


class LongestIdle(RoutingRule):
    """First come, first served, by the agent who has been idle longest.

    ```yaml
    rule: longest_idle
    ```

    >>> LongestIdle().rank(ContactView(priority=3))
    0.0
    """

    rule: Literal["longest_idle"] = "longest_idle"


class ByCustomerPriority(RoutingRule):
    """By the priority of the customer's order (1 before 2), as the rules of the service policy or the segment say.

    ```yaml
    rule: priority
    ```

    >>> ByCustomerPriority().rank(ContactView(priority=3))
    3.0
    """

    rule: Literal["priority"] = "priority"

    def rank(self, contact: ContactView) -> float:
        return float(contact.priority)


class ShortestTarget(RoutingRule):
    """By the time within which a channel is to be answered (`answer_within`), the shortest first: calls before mail.

    ```yaml
    rule: shortest_target
    ```

    >>> ShortestTarget().rank(ContactView(within=0.25))
    0.25
    """

    rule: Literal["shortest_target"] = "shortest_target"

    def rank(self, contact: ContactView) -> float:
        return contact.within


class Skill(RoutingRule):
    """First come, first served, by the free agent with the fewest skills, so that all-rounders stay free for the rest.

    ```yaml
    rule: skill
    ```

    >>> Skill().rank_agent(AgentView(skills=2))
    2.0
    """

    rule: Literal["skill"] = "skill"

    def rank_agent(self, agent: AgentView) -> float:
        return float(agent.skills)
