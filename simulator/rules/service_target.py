"""The service level that the numbers of a replenishment rule are found for."""

from typing import cast, get_args

from pydantic import model_validator

from simulator.model import Model
from simulator.textbook.targets import Target
from simulator.units import Share


class ServiceTarget(Model):
    """A service level that the numbers of a replenishment rule are computed from; name exactly one."""

    cycle_service_level: Share | None = None
    """Share of replenishment cycles without a stockout."""
    unit_fill_rate: Share | None = None
    """Share of units met at once from stock."""
    line_fill_rate: Share | None = None
    """Share of order lines met completely at once from stock."""
    ready_rate: Share | None = None
    """Share of time with stock on hand."""
    in_stock_probability: Share | None = None
    """Share of periods at whose end everything has been met: reviews end them, or days where there are none."""

    @model_validator(mode="after")
    def _one(self) -> "ServiceTarget":
        if len(self.model_fields_set) != 1:
            raise ValueError(f"name exactly one target: {', '.join(type(self).model_fields)}")
        if not 0 < self.value < 1:
            raise ValueError(f"a target lies between 0 and 1, both left out; found {self.value:g}")
        return self

    @property
    def kind(self) -> str:
        """Which service level."""
        return next(iter(self.model_fields_set))

    @property
    def like(self) -> Target:
        """The service level that textbook formulas know and that is nearest to this one."""
        return cast(Target, self.kind) if self.kind in get_args(Target) else "unit_fill_rate"

    @property
    def value(self) -> float:
        """Its value, a share."""
        return float(getattr(self, self.kind))
