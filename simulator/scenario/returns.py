"""Returns: what customers send back and why, which of it is accepted, and what a site does with it."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from simulator.model import AnyOrder, Model, must_add_to_1
from simulator.rules.accepting import Acceptance, AcceptanceRule, InWindow
from simulator.rules.disposing import ByGrade, Disposition, DispositionRule
from simulator.scenario.distributions import Duration, Quantity
from simulator.scenario.errors import At, Several
from simulator.units import Hours, PerHour, Share, Weight

REASONS = ("unstated", "changed_mind", "defective", "other", "late", "damaged", "wrong_item")
"""Why goods come back. The first four are the customer's own; the others come of what happened to the order."""
UNSTATED, CHANGED_MIND, DEFECTIVE, OTHER, LATE, DAMAGED, WRONG_ITEM = range(len(REASONS))
OWN_FAULT = frozenset({"defective", "late", "damaged", "wrong_item"})
"""The reasons for which the company is to blame."""
GRADES = ("as_new", "opened", "worn", "broken")
"""What inspection finds."""


class Reasons(Model):
    """What customers say of the returns that they would make whatever happens to the order; adds to 1."""

    changed_mind: Share = 0.0
    """It does not suit."""
    defective: Share = 0.0
    """It does not work."""
    other: Share = 0.0
    """Anything else."""

    @model_validator(mode="after")
    def _check(self) -> "Reasons":
        must_add_to_1("changed_mind, defective and other", (self.changed_mind, self.defective, self.other))
        return self

    @property
    def mix(self) -> tuple[float, float, float]:
        """In the order of REASONS."""
        return self.changed_mind, self.defective, self.other


class Authorisation(Model):
    """A customer asks before he sends anything back (RMA)."""

    time: Duration = Duration.model_validate("0 h")
    """From the request to the answer."""
    refused: Share = 0.0
    """Share of the requests that are refused though the acceptance rule would let them pass."""


class Fraud(Model):
    """Returns that are no honest ones: worn and sent back, an empty box, another item.

    The goods are worth nothing. In the trade 13.7 % of returns are taken to be fraudulent (NRF 2023, a survey of
    retailers in the USA); here nothing is assumed.
    """

    share: Share
    """Share of returns."""
    found: Share = 0.0
    """Share of them that inspection finds: no money is given back. An assumption: none."""


class Grades(Model):
    """How many of the returned goods are in which condition; adds to 1."""

    as_new: Share = 0.0
    """Unopened, or as good as that."""
    opened: Share = 0.0
    """Opened, and hardly used."""
    worn: Share = 0.0
    """Used."""
    broken: Share = 0.0
    """Broken, or not what was sold."""

    @model_validator(mode="after")
    def _check(self) -> "Grades":
        must_add_to_1("as_new, opened, worn and broken", self.mix)
        return self

    @property
    def mix(self) -> tuple[float, float, float, float]:
        """In the order of GRADES."""
        return self.as_new, self.opened, self.worn, self.broken


class ReturnTerms(Model):
    """How much comes back and why, which of it is accepted, and what becomes of it."""

    rate: Share
    """Share of delivered lines that customers want to return, whatever happens to the order."""
    reasons: Reasons | None = None
    """What they say; where left out their reason is `unstated`."""
    damaged: Share | None = None
    """Share of the lines of orders that arrive damaged that customers want to return, instead of `rate`."""
    late: Share = 0.0
    """Share of the lines delivered (or ready to be collected) after the date first promised that come back for that, of
    those that would not come back anyway. Whatever is set is an assumption: 0 where left out."""
    lag: Duration
    """From delivery until the customer sends it back, or asks to; without authorisation and transport its arrival."""
    part: Share = 1.0
    """Share of the line's units that come back, rounded up to whole units."""
    window: Annotated[Hours, Field(gt=0)] | None = None
    """Returns later than this after delivery are refused; without limit where left out. Where nobody has to ask
    (no `accept`, no `authorisation`) customers know it, and do not try."""
    accept: Acceptance | None = None
    """Which returns are accepted; those in the window where left out."""
    authorisation: Authorisation | None = None
    """Customers ask first, and are answered after a time; they ask at no loss of time where only `accept` is given."""
    transport: Duration | None = None
    """The way back, once the customer may send it; none where left out."""
    refund: Literal["authorisation", "shipment", "receipt", "inspection"] = "receipt"
    """When the money is given back: when the return is accepted, sent, received, or inspected."""
    exchange: Share = 0.0
    """Share of refunds for which the customer orders the same again, as a new order of that moment."""
    fraud: Fraud | None = None
    """Returns that are no honest ones; none where left out."""
    grades: Annotated[dict[str, Grades], AnyOrder()] | None = None
    """Condition of what comes back, by reason; `default` is for all the others. Where left out, the shares of the
    site's returns desk decide what becomes of it."""
    disposition: Disposition | None = None
    """What becomes of each grade; `by_grade` where left out."""

    @model_validator(mode="after")
    def _check(self) -> "ReturnTerms":
        wrong = []
        if self.window is not None and not self.acceptance.has_window:
            wrong.append(At(("window",), f"{self.acceptance.rule} looks at no window", "leave one of them out"))
        if self.disposition is not None and self.grades is None:
            hint = "give grades, or leave disposition out: the shares of the site's returns desk then decide"
            wrong.append(At(("disposition",), "disposition looks at the grade, and there are no grades", hint))
        for key in self.grades or {}:
            if key != "default" and key not in REASONS:
                wrong.append(
                    At(("grades", key), f"there is no reason {key!r}", f"known are: default, {', '.join(REASONS)}")
                )
        if self.grades is not None and "default" not in self.grades:
            wrong.append(At(("grades",), "default is missing: the grades of what comes back for other reasons"))
        wrong += self._untimely()
        if wrong:
            raise Several(wrong)
        return self

    def _untimely(self) -> list[At]:
        """Refunds at a moment that there is not."""
        if self.refund == "authorisation" and not self.asks:
            return [At(("refund",), "nobody asks", "give authorisation or accept, or refund at another time")]
        if self.refund == "shipment" and self.transport is None:
            return [At(("refund",), "goods are sent and here at one moment", "give transport, or refund on receipt")]
        if self.fraud is not None and self.fraud.found and self.refund != "inspection":
            hint = "refund on inspection, or leave found out"
            return [At(("fraud", "found"), "what inspection finds comes after the refund", hint)]
        return []

    @property
    def highest(self) -> float:
        """Share of lines that come back at most, but for wrong items."""
        anyway = max(self.rate, self.damaged or 0.0)
        return anyway + (1 - anyway) * self.late

    @property
    def asks(self) -> bool:
        """Whether customers ask before they send anything back."""
        return self.accept is not None or self.authorisation is not None

    @property
    def acceptance(self) -> AcceptanceRule:
        """Which returns are accepted."""
        return self.accept if self.accept is not None else _IN_WINDOW

    @property
    def disposing(self) -> DispositionRule | None:
        """What becomes of each grade; None where the shares of the desk decide."""
        return None if self.grades is None else self.disposition or _BY_GRADE


_IN_WINDOW, _BY_GRADE = InWindow(), ByGrade()


class Inspection(Model):
    """The desk that looks at what came back."""

    time: Duration | None = None
    """Working time for a returned line; none where left out."""
    staff: Annotated[int, Field(ge=1)] | None = None
    """How many are at work; without limit where left out."""
    calendar: str | None = None
    """When they work; round the clock where left out."""


class Refurbishing(Model):
    """The workshop that puts right what came back."""

    time: Duration
    """Working time for a returned line."""
    staff: Annotated[int, Field(ge=1)] | None = None
    """How many are at work; without limit where left out."""
    calendar: str | None = None
    """When they work; round the clock where left out."""
    yields: Share = 1.0
    """Share that is as good as new afterwards; the rest is scrapped. An assumption: all."""


class ReturnFlow(Model):
    """Units that come back at random, whether or not they were sold here: cores, containers, goods of other sellers.

    They belong to nobody's order, so that nothing is refunded, and they cost nothing; the shares of the desk decide
    what becomes of them.
    """

    rate: Annotated[PerHour, Field(gt=0)]
    """How many come, one by one: "1 per day"."""
    units: Quantity = Quantity.model_validate(1)
    """Units of each."""
    items: Annotated[dict[str, Weight], Field(min_length=1)] | None = None
    """SKUs by relative weight; all products by their popularity where left out."""


class ReturnsDesk(Model):
    """What a site does with returned goods: inspect, then restock, refurbish or dispose.

    The shares are of what has no grades, and add to 1.
    """

    inspection: Inspection = Inspection()
    """The desk."""
    restock: Share = 1.0
    """Share that is sellable as it is."""
    refurbish: Share = 0.0
    """Share that is sellable after refurbishing."""
    liquidate: Share = 0.0
    """Share sold off for what it brings (`costs.recovery`)."""
    recycle: Share = 0.0
    """Share taken apart for its material (`costs.recovery`)."""
    supplier: Share = 0.0
    """Share sent back to the supplier, who may credit it (`claims` of the supplier)."""
    dispose: Share = 0.0
    """Share written off."""
    refurbish_time: Duration | None = None
    """Time that refurbishing takes, without limit of capacity; none where left out."""
    refurbishing: Refurbishing | None = None
    """The same as a workshop with staff and yield."""
    independent: ReturnFlow | None = None
    """What comes back beside what customers return."""

    @model_validator(mode="after")
    def _check(self) -> "ReturnsDesk":
        more = ", liquidate, recycle, supplier" if self.liquidate or self.recycle or self.supplier else ""
        must_add_to_1(f"restock, refurbish{more} and dispose", self.shares)
        if self.refurbishing is not None and self.refurbish_time is not None:
            raise ValueError("give refurbish_time or refurbishing, not both")
        return self

    @property
    def shares(self) -> tuple[float, ...]:
        """Of all that can become of goods, in the order of WAYS."""
        return self.restock, self.refurbish, self.liquidate, self.recycle, self.supplier, self.dispose

    @property
    def mended(self) -> float:
        """Share of what is refurbished that is as good as new afterwards."""
        return self.refurbishing.yields if self.refurbishing is not None else 1.0

    @property
    def refurbishing_law(self) -> Duration | None:
        """Working time of refurbishing a line; None where it takes none."""
        return self.refurbishing.time if self.refurbishing is not None else self.refurbish_time


class Claims(Model):
    """What a supplier says when goods are sent back to it."""

    accepted: Share = 1.0
    """Share of the claims that it accepts; what it does not is lost. An assumption: all."""
    credit: Share = 1.0
    """Share of their cost that it credits. An assumption: all of it."""
    time: Hours = 0.0
    """From sending the goods back to the answer."""
