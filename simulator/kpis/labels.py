"""The names of slices, and the cells that facts are added up by."""

from functools import cached_property

import numpy as np

from simulator.kpis.causes import COMPONENTS, causes
from simulator.kpis.membership import of_customers, of_products
from simulator.kpis.slices import Rows
from simulator.kpis.sources import Sources
from simulator.ledger.facts import ERROR_KINDS
from simulator.ledger.ledger import Ledger
from simulator.scenario.network import STAGES

ACTIVITIES = ("holding", "replenishment", "order_handling", "line_handling", "labour", "freight", "backorder",
              "lost_sale", "returns_handling", "refurbishing", "write_off", "fixed", "emergency_supply",
              "transshipment", "express", "overrides", "error_correction", "short_payment", "sla_penalty")  # fmt: skip
"""What costs are made of."""
DIMENSIONS = ("segment", "channel", "customer_class", "rule", "target", "site", "sku", "class", "customer", "stage",
              "supplier", "activity", "error", "component", "cause", "contract")  # fmt: skip
"""What KPIs are sliced by; a scenario has some of them."""
HELD, WAITING = "credit hold", "waiting for stock"
"""The parts of the order cycle that no stage takes."""


class Labels:
    """Names by dimension, and cells: orders are of a source (segment, channel, rule ...), lines of an item too.

    Where classes are made anew inside the run, orders and lines count in the class of the time of the order: an
    item is then a SKU in one of its classes. What a shelf does counts in the class in which its SKU was for most
    of the measured time.
    """

    def __init__(self, ledger: Ledger) -> None:
        scenario = self.scenario = ledger.scenario
        self.ledger = ledger
        segments, products = scenario.market.segments, scenario.products
        self.classes, self.tiers = of_products(ledger), of_customers(ledger)
        """Classes of products, and of customers where each has its own."""
        self.products = len(products)
        self.causes = causes(scenario)
        self.names: dict[str, list[str]] = {
            "segment": list(segments),
            "channel": list(scenario.market.channels),
            "customer_class": self.tiers.labels
            if self.tiers
            else _distinct(segment.customer_class for segment in segments.values()),
            "rule": [*scenario.service.rule_names, *([] if scenario.service.covers_all else ["none"])],
            "target": scenario.service.rule_names if scenario.service.borrows_targets else [],
            "site": list(scenario.network.sites),
            "sku": list(products),
            "class": self.classes.labels,
            "customer": ledger.customers,
            "stage": self._stages(),
            "supplier": list(scenario.network.suppliers),
            "activity": list(ACTIVITIES),
            "error": list(ERROR_KINDS) if scenario.network.entry_modes else [],
            "component": list(COMPONENTS),
            "cause": list(self.causes),
            "contract": list(scenario.service.contracts),
        }
        self.sizes = {dimension: len(names) for dimension, names in self.names.items()}

    def _stages(self) -> list[str]:
        """Stage names, with the site where several have the same stage; last, what is no stage of the order cycle."""
        stages = self.ledger.stages
        names = [stage for _, stage in stages]
        found = [stage if names.count(stage) == 1 else f"{site} {stage}" for site, stage in stages]
        return [*found, HELD, WAITING] if self.in_cycle.any() else found

    @cached_property
    def source_of_order(self) -> np.ndarray:
        """Source by order number; the last source is for none."""
        return self._sources.of_order

    @property
    def sources(self) -> int:
        """How many sources there are, the one for none included."""
        return self._sources.count

    @cached_property
    def _sources(self) -> Sources:
        return Sources(self.ledger, self.tiers)

    @cached_property
    def source_codes(self) -> dict[str, np.ndarray]:
        """Segment, channel, customer class, site and rule of each source."""
        found = dict(self._sources.codes)
        segment = found["segment"]
        if not self.tiers:
            classes, segments = self.names["customer_class"], self.scenario.market.segments.values()
            of_segment = [classes.index(each.customer_class) if each.customer_class else -1 for each in segments]
            found["customer_class"] = np.array([*of_segment, -1])[segment]
        if "site" not in found:
            found["site"] = np.where(segment >= 0, 0, -1)
        if "none" in self.names["rule"]:
            found["rule"] = np.where((segment >= 0) & (found["rule"] < 0), self.sizes["rule"] - 1, found["rule"])
        return {name: found[name] for name in self.names if name in found and self.sizes[name]}

    @cached_property
    def sku_codes(self) -> dict[str, np.ndarray]:
        """SKU and class of each product."""
        run = self.scenario.run
        classes = {"class": self.classes.longest(run.warm_up, run.horizon)} if self.names["class"] else {}
        return {"sku": np.arange(self.products)} | classes

    @property
    def items(self) -> int:
        """How many items there are."""
        return len(self.classes.pairs)

    @cached_property
    def _line_codes(self) -> dict[str, np.ndarray]:
        by_source = {name: np.repeat(code, self.items) for name, code in self.source_codes.items()}
        by_item = dict(zip(("sku", "class") if self.names["class"] else ("sku",), self.classes.pairs.T, strict=False))
        return by_source | {name: np.tile(code, self.sources) for name, code in by_item.items()}

    def cause(self, name: str) -> int:
        """The place of a cause."""
        return self.names["cause"].index(name)

    def failure_rows(self, cause: np.ndarray, source: np.ndarray) -> Rows:
        """Rows with a cause, and so a component, and a source."""
        names = self.names["cause"]
        codes = {name: np.tile(code, len(names)) for name, code in self.source_codes.items()}
        codes["cause"] = np.repeat(np.arange(len(names)), self.sources)
        codes["component"] = np.repeat(list(self.causes.values()), self.sources)
        return Rows(cause * self.sources + source, len(names) * self.sources, codes, self.sizes)

    def line_rows(self, source: np.ndarray, item: np.ndarray) -> Rows:
        """Rows with a source and an item."""
        return Rows(source * self.items + item, self.sources * self.items, self._line_codes, self.sizes)

    def order_rows(self, source: np.ndarray) -> Rows:
        """Rows with a source."""
        return Rows(source, self.sources, self.source_codes, self.sizes)

    def shelf_rows(self) -> Rows:
        """One row for each shelf."""
        sites = self.sizes["site"]
        codes = {name: np.tile(code, sites) for name, code in self.sku_codes.items()}
        codes["site"] = np.repeat(np.arange(sites), self.products)
        return Rows(np.arange(sites * self.products), sites * self.products, codes, self.sizes)

    def receipt_rows(self, shelf: np.ndarray) -> Rows:
        """Rows with a shelf, by the supplier that delivers to it as well."""
        shelves = self.shelf_rows()
        return Rows(shelf, shelves.cells, {**shelves.codes, "supplier": self._supplier_of_shelf}, self.sizes)

    @cached_property
    def _supplier_of_shelf(self) -> np.ndarray:
        """By shelf; -1 where stock has no limit."""
        names, found = self.names["supplier"], []
        for site in self.scenario.network.sites.values():
            rules = site.stock
            for sku in self.scenario.products:
                rule = (rules.get(sku) or rules["default"]) if rules is not None else None
                found.append(-1 if rule is None else names.index(rule.supplier or names[0]))
        return np.array(found)

    def served_rows(self, stage: np.ndarray, source: np.ndarray) -> Rows:
        """Rows with a stage and a source."""
        stages = self.sizes["stage"]
        codes = {name: np.tile(code, stages) for name, code in self.source_codes.items() if name != "site"}
        codes["stage"] = np.repeat(np.arange(stages), self.sources)
        return Rows(stage * self.sources + source, stages * self.sources, codes, self.sizes)

    @cached_property
    def in_cycle(self) -> np.ndarray:
        """By stage: whether it is a stage of the order cycle (not an inspection, not a supplier)."""
        return np.array([site != "" and stage in STAGES for site, stage in self.ledger.stages], dtype=bool)


def _distinct(names: object) -> list[str]:
    return sorted({name for name in names if name})  # type: ignore[attr-defined]
