"""The names of slices, and the cells that facts are added up by."""

from functools import cached_property

import numpy as np

from simulator.kpis.slices import Rows
from simulator.ledger.ledger import Ledger
from simulator.scenario.network import STAGES

ACTIVITIES = ("holding", "replenishment", "order_handling", "line_handling", "labour", "freight", "backorder",
              "lost_sale", "returns_handling", "refurbishing", "write_off", "fixed")  # fmt: skip
"""What costs are made of."""


class Labels:
    """Names by dimension. A source is a segment in a channel; one more stands for none."""

    def __init__(self, ledger: Ledger) -> None:
        scenario = self.scenario = ledger.scenario
        self.ledger = ledger
        segments, products = scenario.market.segments, scenario.products
        self.channels = len(scenario.market.channels)
        self.sources = len(segments) * (self.channels + 1) + 1
        self.products = len(products)
        self.names: dict[str, list[str]] = {
            "segment": list(segments),
            "channel": list(scenario.market.channels),
            "customer_class": _distinct(segment.customer_class for segment in segments.values()),
            "site": list(scenario.network.sites),
            "sku": list(products),
            "class": _distinct(product.sku_class for product in products.values()),
            "customer": ledger.customers,
            "stage": self._stages(),
            "activity": list(ACTIVITIES),
        }
        self.sizes = {dimension: len(names) for dimension, names in self.names.items()}

    def _stages(self) -> list[str]:
        """Stage names; where several sites have the same stage, with the site."""
        stages = self.ledger.stages
        names = [stage for _, stage in stages]
        return [stage if names.count(stage) == 1 else f"{site} {stage}" for site, stage in stages]

    @cached_property
    def source_codes(self) -> dict[str, np.ndarray]:
        """Segment, channel, customer class and site of each source."""
        segments = list(self.scenario.market.segments.values())
        sites, classes = self.names["site"], self.names["customer_class"]
        segment = np.append(np.repeat(np.arange(len(segments)), self.channels + 1), -1)
        channel = np.append(np.tile([*range(self.channels), -1], len(segments)), -1)
        class_of = [classes.index(s.customer_class) if s.customer_class else -1 for s in segments]
        site_of = [sites.index(s.site or sites[0]) for s in segments]
        found = {"segment": segment, "channel": channel,
                 "customer_class": np.append(np.array(class_of)[segment[:-1]], -1),
                 "site": np.append(np.array(site_of)[segment[:-1]], -1)}  # fmt: skip
        return {name: code for name, code in found.items() if self.sizes[name]}

    @cached_property
    def sku_codes(self) -> dict[str, np.ndarray]:
        """SKU and class of each product."""
        classes = self.names["class"]
        of = [classes.index(p.sku_class) if p.sku_class else -1 for p in self.scenario.products.values()]
        return {"sku": np.arange(self.products)} | ({"class": np.array(of)} if classes else {})

    @cached_property
    def _line_codes(self) -> dict[str, np.ndarray]:
        by_source = {name: np.repeat(code, self.products) for name, code in self.source_codes.items()}
        return by_source | {name: np.tile(code, self.sources) for name, code in self.sku_codes.items()}

    def line_rows(self, source: np.ndarray, sku: np.ndarray) -> Rows:
        """Rows with a source and a SKU."""
        return Rows(source * self.products + sku, self.sources * self.products, self._line_codes, self.sizes)

    def order_rows(self, source: np.ndarray) -> Rows:
        """Rows with a source."""
        return Rows(source, self.sources, self.source_codes, self.sizes)

    def shelf_rows(self) -> Rows:
        """One row for each shelf."""
        sites = self.sizes["site"]
        codes = {name: np.tile(code, sites) for name, code in self.sku_codes.items()}
        codes["site"] = np.repeat(np.arange(sites), self.products)
        return Rows(np.arange(sites * self.products), sites * self.products, codes, self.sizes)

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
