"""Units in service fail, and are repaired: the installed base of a run, and the way of each failure."""

from math import inf, nan
from typing import Any

import numpy as np

from simulator.engine.clock import Life
from simulator.engine.orders import Order, Shipment
from simulator.lifecycle.world import World
from simulator.mechanisms.after_sales.cases import VISITS, Case, ProductTerms, Unit
from simulator.mechanisms.after_sales.facts import (
    CONTRACT,
    CUSTOMER,
    LIFE,
    REPLACED,
    SENT_BACK,
    WARRANTY,
    Joined,
)
from simulator.mechanisms.after_sales.forecasts import start_forecasts
from simulator.mechanisms.after_sales.spares import Request, Spares, Store
from simulator.mechanisms.after_sales.technicians import Field, Technician
from simulator.mechanisms.after_sales.unit_draws import NewUnit, longer
from simulator.rules.repairing import FailedUnit, PartSourceRule, RepairOrReplaceRule
from simulator.scenario.after_sales import AfterSales
from simulator.scenario.communication import FAILURE
from simulator.units import exact

NAME = "after_sales"


class Service:
    """The installed base of a run, and who repairs it."""

    def __init__(self, world: World, section: AfterSales) -> None:
        self.world, self.section, self.clock, self.record = world, section, world.clock, world.record
        self.until = 2 * world.scenario.run.horizon
        """Nothing is planned for later: orders are followed for no longer."""
        names = list(world.scenario.products)
        self.kinds = {
            names.index(name): ProductTerms(section, names.index(name), name, each)
            for name, each in section.installed.items()
        }
        self.tiers = list(section.contracts.values())
        self.spares = Spares(world, section)
        self.field = Field(world, section, list(self.kinds))
        self.units: dict[int, Unit] = {}
        """Those in service, by number."""
        self.needed = [0] * len(section.parts)
        """Of each part, so far."""
        self._by_line: dict[int, list[Unit | None]] = {}
        """Units delivered and not sent back; None for those that came into service nowhere."""
        self._units = self._cases = 0
        self._waiting: dict[int, dict[int, Case]] = {sku: {} for sku in self.kinds}
        """Failures that wait for parts with nobody at work on them, by product and number."""
        self._fetch = {
            name: None
            if place.fetch.expected == 0
            else world.streams.draws(f"after sales: fetched from {name}", place.fetch.sample)
            for name, place in section.places.items()
        }
        self._repair_cost = {sku: self._expected_cost(kind) for sku, kind in self.kinds.items()}

    def _expected_cost(self, kind: ProductTerms) -> float:
        """Of a repair: parts, work and travel."""
        found, costs = 0.0, self.world.scenario.costs
        for part, share in kind.parts:
            terms = self.spares.parts[part]
            repair = terms.repair
            each = (
                terms.cost if repair is None else repair.condemned * terms.cost + (1 - repair.condemned) * repair.cost
            )
            found += share * each
        work = kind.terms.repair.expected
        return found + work * costs.technician + (self.field.hours_of[kind.sku] - work) * costs.travel

    # The installed base

    def begin(self) -> None:
        """The units that are in service when the run begins."""
        for kind in self.kinds.values():
            size, terms, name = kind.terms.base, kind.terms, f"after sales: {kind.name}"
            if not size:
                continue
            streams = self.world.streams
            ages = exact(terms.ages.sample(streams.rng(f"{name}: ages"), size))
            first = streams.rng(f"{name}: first failures").exponential(size=size)
            tiers = [kind.tier(chance) for chance in streams.rng(f"{name}: contracts").random(size).tolist()]
            lives = None
            if terms.life is not None:
                lives = longer(terms.life.sample, streams.rng(f"{name}: lives"), ages)
            luck = streams.each(f"{name}: failures of units"), streams.each(f"{name}: repairs of units")
            numbers = self._units + 1 + np.arange(size)
            self.world.ledger.append(
                Joined,
                {
                    "at": np.zeros(size),
                    "line": 0,
                    "unit": numbers,
                    "sku": kind.sku,
                    "tier": np.array(tiers),
                    "age": ages,
                },
            )
            self._units += size
            for place, (age, chance) in enumerate(zip(ages.tolist(), first.tolist(), strict=True)):
                unit = Unit(kind, int(numbers[place]), 0, tiers[place], (*luck, place))
                unit.ran, unit.since = age, -age
                unit.warranty_from = -age
                if lives is not None:
                    unit.withdrawn = exact(max(lives[place] - age, 0.0))
                self.units[unit.number] = unit
                self._plan(unit, chance)

    def sold(self, order: Order, shipment: Shipment) -> None:
        """The customer has the goods: units of products in service join them, once they are installed."""
        block = order.block
        drawn, luck = block.drawn[NAME]
        for line, units in shipment.pieces or ():
            if line not in drawn:
                continue
            sku, raw = block.shelves[line].sku, block.line + line
            mine = self._by_line.setdefault(raw, [])
            for _ in range(int(units)):
                new: NewUnit | None = next(drawn[line])
                if new is None:
                    mine.append(None)
                    continue
                unit = Unit(self.kinds[sku], 0, raw, new.tier, (*luck[sku], new.number))
                unit.terms = order.terms
                mine.append(unit)
                if new.after:
                    self.clock.call(self.clock.now + new.after, self._installed, (unit, new))
                else:
                    self._join(unit, new.chance, new.lasts)

    def _installed(self, event: Any) -> None:
        unit, new = event.value
        if not unit.gone:  # sent back before
            self._join(unit, new.chance, new.lasts)

    def _join(self, unit: Unit, chance: float, lasts: float) -> None:
        """A new unit is in service."""
        now = self.clock.now
        self._units += 1
        unit.number, unit.since, unit.up_since, unit.warranty_from = self._units, now, now, now
        unit.withdrawn = exact(now + lasts) if lasts < inf else inf
        self.units[unit.number] = unit
        self.record.joined((now, unit.line, unit.number, unit.kind.sku, unit.tier, 0.0))
        self._plan(unit, chance)

    def sent_back(self, line: int, units: float) -> None:
        """Units of a line that were sold come back, the latest first: they leave; one that has failed, when it is
        repaired."""
        mine = self._by_line.get(line, [])
        for _ in range(min(int(units), len(mine))):
            unit = mine.pop()
            if unit is None or unit.gone:
                continue
            if not unit.number:
                unit.gone = True  # it was not installed yet
            elif unit.case is not None:
                unit.leaving = True
            else:
                self._retire(unit, SENT_BACK)

    def _retire(self, unit: Unit, why: int) -> None:
        unit.gone = True
        unit.turn += 1
        del self.units[unit.number]
        self.record.retired((self.clock.now, unit.line, unit.number, why))

    def _plan(self, unit: Unit, chance: float) -> None:
        """What comes next in the life of a unit that runs: a failure, or its end."""
        fails = exact(unit.up_since + unit.kind.left(unit.ran, chance))
        unit.turn += 1
        if unit.withdrawn <= fails:
            if unit.withdrawn < self.until:
                self.clock.call(unit.withdrawn, self._ends, (unit, unit.turn))
        elif fails < self.until:
            self.clock.call(fails, self._fails, (unit, unit.turn))

    def _ends(self, event: Any) -> None:
        unit, turn = event.value
        if turn == unit.turn:
            self._retire(unit, LIFE)

    def _fails(self, event: Any) -> None:
        unit, turn = event.value
        if turn != unit.turn:
            return
        now, section, tier = self.clock.now, self.section, unit.tier
        self._cases += 1
        case = Case(self.clock, unit, self._cases, section, self.spares.parts)
        unit.ran, unit.case = exact(unit.ran + now - unit.up_since), case
        if now - unit.warranty_from < unit.kind.terms.warranty:
            case.payer = WARRANTY
        else:
            case.payer = CONTRACT if tier >= 0 else CUSTOMER
        within = self.tiers[tier].response if tier >= 0 else section.response
        case.due = exact(now + within) if within is not None else nan
        self.record.failed((now, unit.line, unit.number, case.number, case.payer, case.due))
        for hear in self.world.hooks.contacting:
            hear(None, FAILURE)
        rule: RepairOrReplaceRule = self._stated(unit, "repair_or_replace")
        product = self.world.scenario.products[unit.kind.name]
        seen = FailedUnit(now - unit.since, case.payer != CUSTOMER, self._repair_cost[unit.kind.sku], product.cost)
        case.replaced = rule.replaces(seen)
        case.start(self.life_of(case))

    def _stated(self, unit: Unit, what: str) -> Any:
        """What the unit's contract, the rules for the order by which it was sold, or the section says."""
        found = getattr(self.tiers[unit.tier], what) if unit.tier >= 0 else None
        if found is None and unit.terms is not None:
            found = self.world.policy.stated(unit.terms, what)
        return found if found is not None else getattr(self.section, what)

    # The way of a failure

    def life_of(self, case: Case) -> Life:
        """From the report to the unit running again."""
        unit, clock = case.unit, self.clock
        if case.replaced:
            case.until(clock.now + float(unit.kind.terms.replacement.sample(unit.draw()[1], 1)[0]))
            yield
            case.asked = True
        elif self.section.diagnosis == "call" or not self.field.teams:
            self._ask_for_parts(case, None)
            if self._waits_for_parts(case):
                yield
        if not self.field.teams:
            case.until(clock.now + case.work[0])
            yield
        while self.field.teams:
            if not self.field.send(case):
                yield
            technician, case.visit = case.technician, case.visit + 1
            assert technician is not None
            team, place = technician.team, min(case.visit, VISITS) - 1
            self.record.set_out((clock.now, case.number, case.visit, team.place))
            case.until(clock.now + case.travel[team.name][place])
            yield
            self.record.arrived((clock.now, unit.line, case.number, case.visit, team.place))
            if not case.asked:
                self._ask_for_parts(case, technician)
            work, fixed = 0.0, False
            if not case.missing:
                work = exact(case.work[place])
                case.until(clock.now + work)
                yield
                fixed = case.replaced or case.lucky
                case.lucky = True  # the next visit
            self.record.visited((clock.now, case.number, case.visit, team.place, work, float(fixed)))
            case.technician = None
            self.field.release(technician)
            if fixed:
                break
            if self._waits_for_parts(case):
                yield
        self._restore(case)

    def _restore(self, case: Case) -> None:
        """The unit runs again, or a new one does."""
        unit, now = case.unit, self.clock.now
        self.record.restored((now, unit.line, unit.number, case.number, float(case.replaced)))
        unit.case, unit.up_since = None, now
        if unit.leaving or (unit.withdrawn <= now and not case.replaced):
            self._retire(unit, SENT_BACK if unit.leaving else LIFE)
        elif case.replaced:
            self._retire(unit, REPLACED)
            self._put_in_place(unit, case.next_chance)
        else:
            if unit.kind.as_new:
                unit.ran = 0.0
            self._plan(unit, case.next_chance)

    def _put_in_place(self, old: Unit, chance: float) -> None:
        """A new unit takes the place of another one, with its customer, contract and what is left of its warranty."""
        new = Unit(old.kind, 0, old.line, old.tier, old.luck)
        new.failures, new.repairs = old.draw()
        new.terms = old.terms
        life = old.kind.terms.life
        lasts = inf if life is None else float(life.sample(new.draw()[1], 1)[0])
        if old.line:
            mine = self._by_line[old.line]
            mine[mine.index(old)] = new
        self._join(new, chance, lasts)
        new.warranty_from = old.warranty_from

    # Parts

    def _ask_for_parts(self, case: Case, technician: Technician | None) -> None:
        """It is known which parts a failure needs: each is taken from a place, or waited for."""
        case.asked = True
        case.missing = len(case.needs)
        rule: PartSourceRule = self._stated(case.unit, "parts_from")
        requests = [self._ask(case, part, rule, technician) for part in case.needs]
        if rule.cannibalise:
            self._cannibalise(case, [request for request in requests if not request.given])

    def _ask(self, case: Case, part: int, rule: PartSourceRule, technician: Technician | None) -> Request:
        spares, section = self.spares, self.section
        if technician is None:
            names, vans = [name for name, place in section.places.items() if not place.van], dict[str, int]()
        else:
            names, vans = technician.team.places, technician.vans
        place = rule.choose([spares.view(part, name, vans.get(name, -1)) for name in names])
        store = spares.store(part, place, vans.get(place, -1))
        scrapped = case.scrapped(part, spares.parts[part])
        self.needed[part] += 1
        self.record.part_needed((self.clock.now, case.unit.line, case.number, part, store.place, float(scrapped)))
        request = Request(case, part)
        spares.take(store, case, scrapped, lambda store: self._given(request, store))
        return request

    def _cannibalise(self, case: Case, owed: list[Request]) -> None:
        """If other units that wait have all that a failure would wait for, it is taken out of them: they wait for it
        instead."""
        donors = [self._donor(case, request.part) for request in owed]
        for request, donor in zip(owed, donors, strict=True) if None not in donors else ():
            assert donor is not None
            request.case = donor
            donor.needs.append(request.part)
            donor.missing += 1
            case.missing -= 1
            self.record.cannibalised((self.clock.now, case.unit.line, case.number, donor.number, request.part))

    def _donor(self, case: Case, part: int) -> Case | None:
        """Another failed unit of the same product that waits, with nobody at it, and of which a part is good: the one
        that began to wait last."""
        for other in reversed(self._waiting[case.unit.kind.sku].values()):
            if other is not case and part not in other.needs:
                return other
        return None

    def _given(self, request: Request, store: Store) -> None:
        """A store gives a part: it is on its way to the customer."""
        request.given = True
        self.spares.supplied(store, request.case.number)
        draw = self._fetch[self.spares.place_names[store.place]]
        hours = 0.0 if draw is None else draw()
        if hours:
            self.clock.call(self.clock.now + hours, lambda _: self._part_came(request.case))
        else:
            self._part_came(request.case)

    def _part_came(self, case: Case) -> None:
        case.missing -= 1
        waiting = self._waiting[case.unit.kind.sku]
        if not case.missing and case.number in waiting:
            del waiting[case.number]
            case.resume()

    def _waits_for_parts(self, case: Case) -> bool:
        """Whether a failure has to wait for parts; it is resumed when the last one is there."""
        if case.missing:
            self._waiting[case.unit.kind.sku][case.number] = case
        return case.missing > 0

    def count(self) -> None:
        """Write down how everything stands when the run ends."""
        self.spares.count()
        here, down = dict.fromkeys(self.kinds, 0), dict.fromkeys(self.kinds, 0)
        for unit in self.units.values():
            here[unit.kind.sku] += 1
            down[unit.kind.sku] += unit.case is not None
        for sku in self.kinds:
            self.record.units_counted((self.clock.now, sku, here[sku], down[sku]))


def start(world: World) -> Service:
    """From now on units fail and are repaired, and those that are delivered join them."""
    section = world.scenario.after_sales
    assert section is not None
    service = Service(world, section)
    service.begin()
    if any(each.joins for each in section.installed.values()):
        world.hooks.handed_over.append(service.sold)
        world.hooks.sent_back.append(service.sent_back)
    if section.forecast is not None:
        start_forecasts(world, section.forecast, service.kinds.values(), service.units, service.needed)
    return service


def finish(world: World) -> None:
    """Write down how units and parts stand."""
    world.mechanisms[NAME].count()
