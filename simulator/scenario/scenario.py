"""The root of a scenario: one file, the sections, and what ties them together."""

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, ModelWrapValidatorHandler, PrivateAttr, ValidationInfo, model_validator

from simulator.model import Model
from simulator.scenario.costs import Costs
from simulator.scenario.market import Market
from simulator.scenario.network import Network
from simulator.scenario.optimise import Optimise
from simulator.scenario.products import Product
from simulator.scenario.references import check_references, optimise_references
from simulator.scenario.segmentation import Segmentation
from simulator.scenario.service import Service
from simulator.units import Date, Hours


def _without_paths(data: Any) -> Any:
    """Plain data with keys as JSON has them, without the texts under `file`: a path says nothing about the content."""
    if isinstance(data, dict):
        kept = {key: value for key, value in data.items() if key != "file" or isinstance(value, dict)}
        return {key if isinstance(key, str) else json.dumps(key): _without_paths(each) for key, each in kept.items()}
    return [_without_paths(item) for item in data] if isinstance(data, list) else data


def plain_value(value: Any) -> Any:
    """A value that JSON has no form for, in the nearest that it has.

    Errors: TypeError for what is no plain value, such as a model.
    """
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is not plain data")


def _written(value: Any) -> Any:
    """The same, and whatever is no plain value as text."""
    try:
        return plain_value(value)
    except TypeError:
        return str(value)


class Run(Model):
    """How long to simulate, and with which luck."""

    start: Date = dt.date(2026, 1, 5)
    """First day, at midnight; it fixes the days of the week."""
    horizon: Annotated[Hours, Field(gt=0, le=100 * 8760)]
    """Length of the run, warm-up included."""
    warm_up: Hours = 0.0
    """Left out of the measures: orders placed before it, and stock until then."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    """Which luck: the same seed, replication and scenario give the same run."""

    @model_validator(mode="after")
    def _check(self) -> "Run":
        if self.warm_up >= self.horizon:
            raise ValueError("warm_up must be shorter than horizon")
        return self


class Scenario(Model):
    """Customers, products, network and service policy: all that a simulation needs."""

    name: str
    """What this is, in a few words."""
    about: str = ""
    """The question it answers."""
    run: Run
    """Horizon, warm-up, start, seed."""
    market: Market
    """Customers and their demand."""
    products: Annotated[dict[str, Product], Field(min_length=1)]
    """SKUs by name."""
    network: Network
    """Sites, suppliers and calendars."""
    service: Service = Service()
    """The service policy."""
    segmentation: Segmentation = Segmentation()
    """Classes of products and customers."""
    costs: Costs = Costs()
    """Cost rates."""
    optimise: Optimise | None = None
    """What `simulator optimise` is to find."""
    assumptions: dict[str, str] = {}
    """Paths of inputs that were assumed, not measured, each with its reason; reports list them."""

    _source: dict[str, Any] = PrivateAttr(default_factory=dict)

    @model_validator(mode="wrap")
    @classmethod
    def _keep_source(cls, data: Any, handler: ModelWrapValidatorHandler["Scenario"]) -> "Scenario":
        scenario = handler(data)
        if isinstance(data, dict):
            scenario._source = data
        return scenario

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "Scenario":
        further = (info.context or {}).get("further", lambda scenario: ())
        own = optimise_references(self.optimise, self._source) if self.optimise is not None else ()
        check_references(
            self.market, self.products, self.network, self.service, self.segmentation, [*own, *further(self)]
        )
        return self

    @property
    def source(self) -> dict[str, Any]:
        """The plain data this was made from, after `extends` and overrides."""
        return self._source

    @property
    def hash(self) -> str:
        """A fingerprint of the content: equal for equal data, however it is written and wherever the files lie.

        The order of sections does not count. Below them it does: products, and whatever luck chooses from, get other
        luck in another order, so that the numbers differ.

        What is to be optimised is a question, which changes no number: it is left out, so that a scenario with it
        and without it share what is played.
        """
        asked = {key: self._source[key] for key in sorted(self._source) if key != "optimise"}
        plain = json.dumps(_without_paths(asked), default=_written)
        content = hashlib.sha256(plain.encode())
        if self.market.history is not None and Path(self.market.history.file).is_file():
            content.update(Path(self.market.history.file).read_bytes())
        return content.hexdigest()[:16]

    def __reduce__(self) -> tuple[Any, ...]:
        return Scenario.model_validate, (self._source,)
