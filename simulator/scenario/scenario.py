"""The root of a scenario: one file, the sections, and what ties them together."""

import datetime as dt
import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, ModelWrapValidatorHandler, ValidationInfo, model_validator
from pydantic.fields import FieldInfo

from simulator.model import AnyOrder, Beside, Model, once
from simulator.plugins import added
from simulator.scenario.after_sales import AfterSales, after_sales_references
from simulator.scenario.communication import Communication, communication_references
from simulator.scenario.costs import Costs
from simulator.scenario.errors import At, Several
from simulator.scenario.goodwill import Goodwill, goodwill_references
from simulator.scenario.market import Market
from simulator.scenario.network import Network
from simulator.scenario.optimise import Optimise
from simulator.scenario.products import Product
from simulator.scenario.quantities import quantity_faults
from simulator.scenario.references import calendar_faults, optimise_references, reference_faults, schedule_references
from simulator.scenario.return_references import return_references
from simulator.scenario.satisfaction import Satisfaction
from simulator.scenario.segmentation import Segmentation
from simulator.scenario.service import Service
from simulator.units import FirstDay, Hours, Zone


def plain_value(value: Any) -> Any:
    """A value that JSON has no form for, in the nearest that it has.

    Errors: TypeError for what is no plain value, such as a model.
    """
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is not plain data")


def _plain_copy(data: Any) -> Any:
    """A copy of plain data that nobody else can change.

    Errors: TypeError for what is no plain value, such as a model.
    """
    if isinstance(data, dict):
        return {key: _plain_copy(value) for key, value in data.items()}
    if type(data) in (list, tuple):
        return [_plain_copy(value) for value in data]
    if data is not None and not isinstance(data, (str, int, float)):
        plain_value(data)
    return data


class Run(Model):
    """How long to simulate, and with which random numbers."""

    start: FirstDay = dt.date(2026, 1, 5)
    """First day, at midnight; it fixes the days of the week."""
    zone: Zone | None = None
    """Where the clock of the run hangs, such as Europe/Berlin; times of an order history that have a zone of their own
    are converted to it. All times are by that clock, and every day has 24 hours: in the night in which clocks are put
    forward or back, a shift lasts as long as on any other. Orders of an hour that comes twice are both put into it."""
    horizon: Annotated[Hours, Field(gt=0, le=100 * 8760)]
    """Length of the run, warm-up included; at most 100 years."""
    warm_up: Hours = 0.0
    """Left out of the measures: orders placed before it, and stock until then."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    """Which random numbers: the same seed, replication and scenario give the same run."""

    @model_validator(mode="after")
    def _check(self) -> "Run":
        if self.warm_up >= self.horizon:
            raise At(("warm_up",), "warm_up must be shorter than horizon")
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
    communication: Communication | None = None
    """What customers know, when they turn to the company, and who answers; nobody does where left out."""
    after_sales: AfterSales | None = None
    """The installed base, its failures, and who repairs them with which parts; nothing fails where left out."""
    goodwill: Annotated[dict[str, Goodwill], Field(min_length=1), AnyOrder()] | None = None
    """By segment, or `default`: how customers remember, come to us and leave; where left out, or for segments without,
    demand stays as it is whatever customers live through."""
    satisfaction: Satisfaction | None = None
    """How satisfied customers are, and what is asked of them; nobody looks at it where left out."""
    costs: Costs = Costs()
    """Cost rates."""
    optimise: Optimise | None = None
    """What `simulator optimise` is to find."""
    assumptions: Annotated[dict[str, str], AnyOrder()] = {}
    """Paths of inputs that were assumed, not measured, each with its reason; reports list them."""

    @model_validator(mode="wrap")
    @classmethod
    def _keep_source(cls, data: Any, handler: ModelWrapValidatorHandler["Scenario"]) -> "Scenario":
        scenario = handler(data)
        if isinstance(data, dict):
            with suppress(TypeError):  # some of it is models: what they say is written anew where it is wanted
                _SOURCES.put(scenario, _plain_copy(data))
        return scenario

    @model_validator(mode="after")
    def _check(self, info: ValidationInfo) -> "Scenario":
        context = info.context or {}
        if context.get("references", True):
            found = [*self.reference_faults(), *context.get("further", lambda scenario: ())(self)]
            if found:
                raise Several(found)
        return self

    def reference_faults(self) -> list[At]:
        """What a section names and another does not define, and quantities that a product does not come in."""
        own = optimise_references(self.optimise, self.source) if self.optimise is not None else ()
        sections = self.market, self.products, self.network, self.service, self.segmentation
        quantities = quantity_faults(self.market, self.products, self.network, self.service)
        calendars = calendar_faults(self.network, self.run.start)
        scheduled = schedule_references(self.network, self.run.start)
        returns = return_references(self.service, self.network, self.products)
        fails = self.after_sales is not None
        contacts = communication_references(self.communication, self.network, self.service, self.costs, fails)
        failures = after_sales_references(self.after_sales, self.network, self.products)
        remembered = goodwill_references(self.goodwill, self.market, self.segmentation)
        found = [*reference_faults(*sections), *returns, *calendars, *scheduled, *own, *quantities, *contacts]
        return [*found, *failures, *remembered]

    @property
    def source(self) -> dict[str, Any]:
        """Plain data that this scenario is read from, to be shown and edited; each caller gets a copy.

        As a file writes it, after `extends` and overrides, where it was read; else, such as for a changed copy, as
        `written` does.
        """
        source = _SOURCES.get(self)
        found: dict[str, Any] = _plain_copy(source if source is not None else _SOURCES.put(self, self.written()))
        return found

    @property
    def hash(self) -> str:
        """A fingerprint of the content: equal for equal content, however it is written and wherever the files lie.

        The order of keys does not count, but for mappings whose order the numbers follow (`AnyOrder` says of which
        they do not): products, segments, channels, sites, suppliers and whatever is drawn from by lot.

        What is to be optimised is a question, which changes no number: it is left out, so that a scenario with it
        and without it share what is played.
        """
        content = hashlib.sha256(_content(self).encode())
        if self.market.history is not None and Path(self.market.history.file).is_file():
            content.update(Path(self.market.history.file).read_bytes())
        return content.hexdigest()[:16]

    @property
    def extras(self) -> dict[str, Model | None]:
        """The sections that were added by `register_section`; None for those that the scenario leaves out."""
        return {name: getattr(self, name) for name in type(self).model_fields if name not in OWN_SECTIONS}


_SOURCES: Beside[Scenario, dict[str, Any]] = Beside()
OWN_SECTIONS = frozenset(Scenario.model_fields)
"""Those that every scenario may have."""


@once
def _content(scenario: Scenario) -> str:
    """What the hash is of, as text; the order history's content comes to it, and where that lies does not count."""
    plain = scenario.canonical()
    plain.pop("optimise", None)
    if scenario.market.history is not None:
        del plain["market"]["history"]["file"]
    return json.dumps({name: plain[name] for name in sorted(plain)})


def register_section(name: str, model: type[Model]) -> None:
    """Let scenarios have one more section at the top level, which a mechanism from outside needs.

    It is validated, in the schema, in the hash and in what workers get, and found as an attribute of that name: None
    where a scenario leaves it out. Workers need the same call, so it stands in the plugin.

    Errors: ValueError for a name that is taken, or that is none.
    """
    known = Scenario.model_fields.get(name)
    if known is not None and name not in OWN_SECTIONS and known.annotation == (model | None):
        return
    if known is not None or hasattr(Scenario, name):
        raise ValueError(f"a section cannot be called {name!r}: the name is taken")
    if not name.isidentifier() or name.startswith("_"):
        raise ValueError(f"a section cannot be called {name!r}: write it like a name in Python, such as cold_chain")
    about = (model.__doc__ or "").strip().partition("\n")[0]
    Scenario.__annotations__[name] = model | None
    Scenario.model_fields[name] = FieldInfo(annotation=model | None, default=None, description=about)  # type: ignore[arg-type]
    Scenario.model_rebuild(force=True)
    setattr(Scenario, name, None)  # of scenarios that were loaded before
    added(model, lambda: _forget_section(name))


def _forget_section(name: str) -> None:
    del Scenario.__annotations__[name], Scenario.model_fields[name]
    delattr(Scenario, name)
    Scenario.model_rebuild(force=True)
