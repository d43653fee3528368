"""How customers judge what they live through: by how much an order moves goodwill, and whether it drives them away.

Behaviour of customers, not a decision of the company: what nobody has measured is an assumption, and said to be one.
"""

from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from simulator.rules.family import OneOf, Rule
from simulator.rules.views import Lived
from simulator.units import Factor, Hours, Share

FAULTS = ("refused", "short", "late", "damaged", "wrong")
"""What can be bad about an order: nothing came, something never came, late, damaged, an error. The first that holds is
the cause that is told."""


class Judged(NamedTuple):
    """What an order does to its customer."""

    step: float
    """By how much goodwill moves."""
    expected: float
    """What the customer expects from now on, between 0 and 1."""
    leaves: float = 0.0
    """The chance that the customer leaves, whatever his goodwill."""


class ExperienceRule(Rule):
    """Decides how an order that is over moves the goodwill of its customer."""

    tolerance: Hours = 0.0
    """Later than promised by no more than this is not late."""

    @property
    def expects(self) -> float:
        """What a new customer expects, between 0 and 1."""
        return 1.0

    def faults(self, lived: Lived) -> tuple[str, ...]:
        """What was bad about an order: some of FAULTS, in their order; nothing of a good one."""
        if lived.refused:
            return ("refused",)
        holds = (False, lived.missing > 0, lived.late > self.tolerance, lived.damaged, lived.wrong)
        return tuple(fault for fault, found in zip(FAULTS, holds, strict=True) if found) if any(holds) else ()

    def judge(self, lived: Lived, expected: float) -> Judged:
        """What an order does to a customer who expected so much."""
        raise NotImplementedError


Experience = Annotated[ExperienceRule, OneOf()]


class Steps(ExperienceRule):
    """What steps have in common: what a good order adds to goodwill, and what each fault takes."""

    good: Annotated[Share, Field(ge=0)] = 0.01
    """Goodwill that an order without fault adds. Assumption."""
    late: Share = 0.05
    """Goodwill that a late order takes. Assumption: five good orders make up for a bad one. Field studies find that
    late hurts more than early helps (Harter et al. 2024), but tell no such number."""
    short: Share = 0.05
    """What an order takes of which something never comes. Assumption."""
    refused: Share = 0.05
    """What an order takes of which nothing comes. Assumption."""
    damaged: Share = 0.05
    """What goods take that arrive damaged. Assumption."""
    wrong: Share = 0.05
    """What an error takes: a wrong item, quantity, address, price or document. Assumption."""
    told: Share = 0.5
    """Share of the loss for a late order that remains if the customer was told of the delay in time. Assumption."""

    def loss(self, fault: str, lived: Lived) -> float:
        """Goodwill that one fault takes."""
        taken: float = getattr(self, fault)
        return taken * self.told if fault == "late" and lived.told else taken


class AsymmetricSteps(Steps):
    """A small step up for a good order, a large one down for each fault.

    ```yaml
    rule: asymmetric_steps
    good: 0.01
    late: 0.05
    ```

    >>> rule = AsymmetricSteps(good=0.01, late=0.05, short=0.04, told=0.5)
    >>> orders = Lived(), Lived(late=3), Lived(late=3, missing=0.5), Lived(late=3, told=True)
    >>> [round(rule.judge(each, 1.0).step, 3) for each in orders]
    [0.01, -0.05, -0.09, -0.025]
    """

    rule: Literal["asymmetric_steps"] = "asymmetric_steps"

    def judge(self, lived: Lived, expected: float) -> Judged:
        faults = self.faults(lived)
        return Judged(-sum(self.loss(fault, lived) for fault in faults) if faults else self.good, expected)


class PeakEnd(Steps):
    """The worst moment and the last one count, not their sum: the mean of the two moves goodwill.

    What never came is known before the rest arrives; late, damaged and wrong are known at the end.
    Kahneman et al. (1993) found it for episodes of pain; for parcels under way late updates count most (Bray 2023).

    ```yaml
    rule: peak_end
    good: 0.01
    late: 0.05
    ```

    >>> rule = PeakEnd(good=0.01, late=0.05, short=0.04)
    >>> orders = Lived(), Lived(missing=0.5), Lived(late=3, missing=0.5), Lived(late=3, damaged=True)
    >>> [round(rule.judge(each, 1.0).step, 3) for each in orders]
    [0.01, -0.015, -0.05, -0.05]
    """

    rule: Literal["peak_end"] = "peak_end"

    def judge(self, lived: Lived, expected: float) -> Judged:
        faults = self.faults(lived)
        if not faults:
            return Judged(self.good, expected)
        losses = {fault: self.loss(fault, lived) for fault in faults}
        ends = [loss for fault, loss in losses.items() if fault != "short"]
        end = -max(ends) if ends else self.good
        return Judged((end - max(losses.values())) / 2, expected)


class Disconfirmation(ExperienceRule):
    """What counts is the gap between what was lived through and what was expected, and expectation follows it.

    An order is worth 1 without fault, 0 where nothing comes or it is late, damaged or wrong, and the share that comes
    where something is missing. A service that was always bad disappoints nobody, and one that was always good delights
    nobody. Oliver (1980); losses weigh more than gains (Tversky and Kahneman 1992, median 2.25).

    ```yaml
    rule: disconfirmation
    gain: 0.05
    losses_weigh: 2.25
    ```

    >>> rule = Disconfirmation(gain=0.1, losses_weigh=2, expected=0.5, adapts=0.2)
    >>> rule.judge(Lived(), 0.5)
    Judged(step=0.05, expected=0.6, leaves=0.0)
    >>> rule.judge(Lived(late=1), 0.5)
    Judged(step=-0.1, expected=0.4, leaves=0.0)
    """

    rule: Literal["disconfirmation"] = "disconfirmation"
    gain: Share = 0.05
    """Goodwill that an order adds which is good where all bad was expected. Assumption."""
    losses_weigh: Factor = 2.25
    """How much more a disappointment moves goodwill than a pleasant surprise as large. Tversky and Kahneman (1992) tell
    a median of 2.25 for money; for service it is an Assumption."""
    expected: Share = 0.9
    """What a new customer expects an order to be worth. Assumption."""
    adapts: Share = 0.1
    """Share of the gap by which expectation follows each order. Assumption."""

    @property
    def expects(self) -> float:
        return self.expected

    def judge(self, lived: Lived, expected: float) -> Judged:
        faults, worth = self.faults(lived), 1.0
        if faults == ("short",):
            worth = 1 - lived.missing / lived.wanted
        elif faults:
            worth = 0.0
        gap = worth - expected
        step = self.gain * gap * (self.losses_weigh if gap < 0 else 1.0)
        return Judged(step, expected + self.adapts * gap)


class Defection(ExperienceRule):
    """Goodwill stays; after each order the customer leaves with a probability, a higher one after a bad order.

    How many orders a customer places is then known exactly: of a share f of good orders, 1 / (f a + (1 - f) b).

    ```yaml
    rule: defection
    after_good: 0.01
    after_bad: 0.1
    ```

    >>> rule = Defection(after_good=0.01, after_bad=0.1)
    >>> rule.judge(Lived(), 1.0).leaves, rule.judge(Lived(late=1), 1.0).leaves
    (0.01, 0.1)
    """

    rule: Literal["defection"] = "defection"
    after_good: Share = 0.01
    """Probability that a customer leaves after an order without fault. Assumption."""
    after_bad: Share = 0.1
    """The same after an order with any fault. Assumption."""

    def judge(self, lived: Lived, expected: float) -> Judged:
        return Judged(0.0, expected, self.after_bad if self.faults(lived) else self.after_good)
