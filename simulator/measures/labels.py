"""The names of slices, and the cells that facts are added up by."""

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np

from simulator.engine import facts
from simulator.engine.facts import Ordered
from simulator.engine.ledger import Columns, Ledger
from simulator.measures.causes import COMPONENTS, ERRORS, causes
from simulator.measures.registry import activities
from simulator.measures.slices import Rows
from simulator.planning.returned_lines import tells_reasons, tells_ways
from simulator.planning.stock_levels import customer_classes, product_classes
from simulator.rules.disposing import WAYS
from simulator.rules.judging import FAULTS
from simulator.scenario.communication import CONTACT_REASONS
from simulator.scenario.network import STAGES
from simulator.scenario.returns import REASONS
from simulator.scenario.satisfaction import DRIVERS


class Membership:
    """The classes of products or of customers, as indices into `labels`; -1 where there is none."""

    def __init__(
        self, labels: list[str], start: Sequence[str | None], moves: dict[str, np.ndarray], whose: str
    ) -> None:
        self.labels = labels
        self.start = np.array([labels.index(label) if label else -1 for label in start], dtype=int)
        ranked = np.lexsort((moves["at"], moves[whose]))
        self.who, self.when, self.became = (moves[name][ranked] for name in (whose, "at", "became"))

    def at(self, who: np.ndarray, when: np.ndarray) -> np.ndarray:
        """The class of each at its time; a review comes after the orders of the same instant."""
        if not len(self.who):
            same: np.ndarray = self.start[who]
            return same
        span = float(max(self.when.max(), when.max(initial=0.0))) + 1
        last = np.searchsorted(self.who * span + self.when, who * span + when, side="left") - 1
        moved = (last >= 0) & (self.who[last] == who)
        codes: np.ndarray = np.where(moved, self.became[last], self.start[who])
        return codes

    @cached_property
    def pairs(self) -> np.ndarray:
        """Each one and its class at the start, row by row, then every other class that it was in."""
        first = np.column_stack([np.arange(len(self.start)), self.start])
        moved = np.unique(np.column_stack([self.who, self.became]), axis=0)
        new = moved[moved[:, 1] != self.start[moved[:, 0]]]
        pairs: np.ndarray = np.vstack([first, new.astype(int)])
        return pairs

    def pair_of(self, who: np.ndarray, when: np.ndarray) -> np.ndarray:
        """The row in `pairs` of each at its time."""
        place = np.zeros((len(self.start), len(self.labels) + 1), dtype=int)  # no class is the last column
        place[self.pairs[:, 0], self.pairs[:, 1]] = np.arange(len(self.pairs))
        found: np.ndarray = place[who, self.at(who, when)]
        return found

    def longest(self, begin: float, end: float) -> np.ndarray:
        """The class in which each was for the longest part of a time."""
        if not len(self.who):
            return self.start
        cuts = np.unique(np.clip(np.concatenate([[begin], self.when, [end]]), begin, end))
        everyone, hours = np.arange(len(self.start)), np.zeros((len(self.start), len(self.labels) + 1))
        for low, high in pairwise(cuts.tolist()):
            hours[everyone, self.at(everyone, np.full(len(everyone), high))] += high - low
        most = hours.argmax(axis=1)
        found: np.ndarray = np.where(most == len(self.labels), -1, most)
        return found


class Sources:
    """A source is one combination of these that occurs, so that cells stay few; the last one stands for none."""

    def __init__(self, ledger: Ledger, tiers: Membership | None) -> None:
        ordered, scenario = ledger.columns(Ordered), ledger.scenario
        self._cell: np.ndarray = ordered["segment"]
        self._codes = {"segment": np.arange(len(scenario.market.segments))}
        if scenario.market.channels:
            self._split("channel", ordered["channel"], len(scenario.market.channels))
        if tiers is not None:
            self._split("customer_class", tiers.at(ordered["customer"], ordered["at"]), len(tiers.labels))
        if len(scenario.network.sites) > 1:
            self._split("site", ordered["site"], len(scenario.network.sites))
        if scenario.service.rules:
            self._split("rule", ordered["rule"], len(scenario.service.rules))
        if scenario.service.borrows_targets:
            self._split("target", ordered["target"], len(scenario.service.rules))
        self.count = len(self._codes["segment"]) + 1
        self.of_order = np.concatenate([[self.count - 1], self._cell])
        """By order number; place 0 is none."""
        self.codes = {name: np.append(codes, -1) for name, codes in self._codes.items()}
        """By dimension, for each source; -1 where there is none."""

    def _split(self, dimension: str, codes: np.ndarray, size: int) -> None:
        """Tell the orders apart by one dimension more; codes are from -1 on."""
        wide = size + 1
        cell = self._cell * wide + (codes + 1)
        seen = np.flatnonzero(np.bincount(cell, minlength=len(self._codes["segment"]) * wide))
        place = np.zeros(len(self._codes["segment"]) * wide, dtype=np.int64)
        place[seen] = np.arange(len(seen))
        self._cell = place[cell]
        self._codes = {name: known[seen // wide] for name, known in self._codes.items()}
        self._codes[dimension] = seen % wide - 1


def of_products(ledger: Ledger) -> Membership:
    """The classes of products: of the segmentation rule, or as the products give them."""
    rule, start = ledger.scenario.segmentation.products, product_classes(ledger.scenario)
    labels = list(rule.labels) if rule is not None else sorted({label for label in start if label})
    return Membership(labels, start, _moves(ledger, "sku"), "sku")


def of_customers(ledger: Ledger) -> Membership | None:
    """The classes of customers by the segmentation rule; None where they are those of the segments."""
    rule, start = ledger.scenario.segmentation.customers, customer_classes(ledger.scenario)
    if rule is None:
        return None
    names = [start[name] for name in ledger.customers]
    return Membership(list(rule.labels), names, _moves(ledger, "customer"), "customer")


def _moves(ledger: Ledger, whom: str) -> Columns:
    kinds = [kind for kind, field in facts.RECLASSIFIES.items() if field == whom]
    return ledger.together(kinds, "at", whom, "became")


DIMENSIONS = (
    "segment",
    "channel",
    "customer_class",
    "rule",
    "target",
    "site",
    "sku",
    "class",
    "customer",
    "stage",
    "supplier",
    "activity",
    "error",
    "component",
    "cause",
    "contract",
    "return_reason",
    "disposition",
    "contact_channel",
    "contact_reason",
    "service_contract",
    "part",
    "experience",
    "driver",
)
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
        after_sales = scenario.after_sales
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
            "activity": activities(),
            "error": list(ERRORS) if scenario.network.entry_modes else [],
            "component": list(COMPONENTS),
            "cause": list(self.causes),
            "contract": list(scenario.service.contracts),
            "return_reason": list(REASONS) if tells_reasons(scenario) else [],
            "disposition": list(WAYS) if tells_ways(scenario) else [],
            "contact_channel": list(scenario.communication.channels) if scenario.communication is not None else [],
            "contact_reason": list(CONTACT_REASONS) if scenario.communication is not None else [],
            "service_contract": list(after_sales.contracts) if after_sales is not None else [],
            "part": list(after_sales.parts) if after_sales is not None else [],
            "experience": ["good", *FAULTS] if scenario.goodwill is not None else [],
            "driver": list(DRIVERS) if scenario.satisfaction is not None else [],
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

    @cached_property
    def lead_time_of_shelf(self) -> np.ndarray:
        """Planned lead time by shelf, in hours; 0 where stock has no limit."""
        planned = [each.planned_lead_time.mean for each in self.ledger.scenario.network.suppliers.values()]
        found: np.ndarray = np.array([*planned, 0.0])[self._supplier_of_shelf]  # -1 is none
        return found

    @cached_property
    def limited_stages(self) -> bool:
        """Whether orders compete for staff or places at any stage."""
        sites = self.ledger.scenario.network.sites.values()
        return any(stage.staff is not None for site in sites for stage in site.stages)

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
