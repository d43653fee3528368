"""Activity rates: what each activity costs. Money is facts times these rates, applied in the KPIs."""

from typing import Annotated, Literal

from pydantic import model_validator

from simulator.model import AnyOrder, Model
from simulator.scenario.errors import At, Several
from simulator.units import Cost, Money, PerHour, Share


class Recovery(Model):
    """What returned goods that are not sold as new bring, as a share of their cost."""

    liquidate: Share = 0.12
    """Sold off: vendors of such services name 5 to 20 %; an assumption."""
    recycle: Share = 0.0
    """Taken apart for material; an assumption."""


class Costs(Model):
    """Cost rates; what is left out costs nothing."""

    holding: Cost | None = None
    """Keeping stock: "20 % per year" of its cost, or "1 per unit per month"."""
    replenishment_order: Money = 0.0
    """Placing and receiving one replenishment order."""
    replenishment_unit: Money = 0.0
    """Inbound cost of one unit ordered."""
    order: Money = 0.0
    """Handling one customer order."""
    line: Money = 0.0
    """Handling one order line."""
    labour: Money | Annotated[dict[str, Money], AnyOrder()] = 0.0
    """One paid hour of staff, for every stage or by stage (`inspection` too)."""
    shipment: Money = 0.0
    """Freight of one shipment."""
    shipped_unit: Money = 0.0
    """Freight of one unit."""
    backorder: Cost | None = None
    """Owing a customer: "0.10 per unit per day", "4 per unit", "5 per line" or "2 % per week" of the value."""
    lost_sale: Cost | None = None
    """Losing or cancelling a line, beyond its margin: "2 per unit", "5 per line", "10 %" of the value."""
    expedited_unit: Money = 0.0
    """What a unit by emergency supply costs more than by regular supply."""
    express_shipment: Money = 0.0
    """What a shipment by the faster transit costs more."""
    transshipped_unit: Money = 0.0
    """Moving one unit from a sibling site."""
    override: Money = 0.0
    """Handling one order that sales treats by another rule."""
    returned_line: Money = 0.0
    """Handling one returned line."""
    return_request: Money = 0.0
    """Answering one request to send goods back."""
    return_shipment: Money = 0.0
    """The way back of one return, where the company pays it."""
    refurbished_unit: Money = 0.0
    """Refurbishing one unit."""
    error: Money = 0.0
    """Putting right an error that reached the customer; about 50 in the trade."""
    write_off: Share = 1.0
    """Share of its cost lost when a unit is disposed of."""
    recovery: Recovery = Recovery()
    """What returned goods bring that are sold off or recycled instead."""
    contact: Money | Annotated[dict[str, Money], AnyOrder()] = 0.0
    """One contact that an agent answers, for every contact channel or by channel. Vendors tell, for the USA in dollars,
    of 5.25 for a call, 4.42 for an e-mail and 3.82 for a chat."""
    self_service: Money = 0.0
    """One question that a customer answers by looking it up."""
    message: Money = 0.0
    """One message about an open order."""
    agent: Money = 0.0
    """One paid hour of an agent of the contact centre, breaks included: instead of a cost per contact, or beside it."""
    travel: Money = 0.0
    """One hour of a technician on the way to a customer, in a repair that warranty or a service contract pays."""
    technician: Money = 0.0
    """One hour of a technician's work on such a repair."""
    new_customer: Money = 0.0
    """Winning one new customer."""
    fixed: PerHour = 0.0
    """Fixed cost, such as "5000 per year", shared out by order lines."""
    revenue: Literal["shipment", "delivery"] = "shipment"
    """When revenue and cost of goods are booked: when goods leave the site, or when they are delivered."""

    @model_validator(mode="after")
    def _check(self) -> "Costs":
        wrong = []
        if self.holding is not None and (not self.holding.hourly or self.holding.basis not in ("unit", "value")):
            wrong.append(
                At(("holding",), "keeping stock costs by time", "such as '20 % per year' or '1 per unit per month'")
            )
        if self.lost_sale is not None and self.lost_sale.hourly:
            wrong.append(At(("lost_sale",), "a lost sale costs once, not by time", "such as '2 per unit' or '10 %'"))
        if wrong:
            raise Several(wrong)
        return self
