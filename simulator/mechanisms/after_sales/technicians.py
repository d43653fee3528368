"""Technicians: teams with hours and skills, and the failures that wait for one."""

from collections import deque
from heapq import heappop, heappush
from itertools import count
from math import inf

from simulator.lifecycle.world import World
from simulator.mechanisms.after_sales.cases import Case
from simulator.planning.working_time import WorkingTime
from simulator.rules.dispatching import CaseView
from simulator.scenario.after_sales import AfterSales

Waiting = tuple[float, int, Case]
"""Rank, turn, and who waits."""


class Technician:
    """One technician, and his vans by place: his number among those who have one there."""

    __slots__ = ("team", "vans")

    def __init__(self, team: "Team", vans: dict[str, int]) -> None:
        self.team, self.vans = team, vans


class Team:
    """Technicians who work the same hours and can repair the same products."""

    def __init__(self, place: int, name: str, skus: list[int], places: list[str], hours: WorkingTime | None) -> None:
        self.place, self.name, self.skus, self.places, self.hours = place, name, skus, places, hours
        self.queues: list[list[Waiting]] = []
        """Who may wait for it."""
        self.free: deque[Technician] = deque()
        """Who has been idle longest comes first."""
        self.opening = -1.0
        """The last opening for which it was called."""

    def works(self, at: float) -> bool:
        """Whether its technicians set out at a time."""
        return self.hours is None or self.hours.is_open(at)


class Field:
    """Who waits for a technician, and who is sent."""

    def __init__(self, world: World, section: AfterSales, skus: list[int]) -> None:
        self.clock, self.rule = world.clock, section.dispatch
        self.last = max((tier.priority for tier in section.contracts.values()), default=0) + 1
        self.tiers = list(section.contracts.values())
        scenario = world.scenario
        names = list(scenario.products)
        self.teams: list[Team] = []
        seats: dict[str, int] = dict.fromkeys(section.places, 0)
        for place, (name, team) in enumerate(section.technicians.items()):
            able = [sku for sku in skus if team.products is None or names[sku] in team.products]
            hours = None
            if team.calendar is not None:
                hours = WorkingTime(scenario.network.calendars[team.calendar], scenario.run.start)
            mine = list(team.places or section.places)
            found = Team(place, name, able, mine, hours)
            for _ in range(team.number):
                vans = {}
                for each in mine:
                    if section.places[each].van:
                        vans[each] = seats[each]
                        seats[each] += 1
                found.free.append(Technician(found, vans))
            self.teams.append(found)
        self.able = {sku: [team for team in self.teams if sku in team.skus] for sku in skus}
        self.hours_of = {sku: self._expected(section, names[sku], sku) for sku in skus}
        queues = {tuple(team.place for team in able): list[Waiting]() for able in self.able.values()}
        self.waiting = {sku: queues[tuple(team.place for team in able)] for sku, able in self.able.items()}
        """By product; products that the same teams can repair wait together."""
        for crew in self.teams:
            crew.queues = [queue for teams, queue in queues.items() if crew.place in teams]
        self._turn = count()

    def _expected(self, section: AfterSales, name: str, sku: int) -> float:
        """Hours of travel and repair, by the teams that can repair a product."""
        travel = [section.technicians[team.name].travel.expected for team in self.able[sku]]
        return sum(travel) / max(len(travel), 1) + section.installed[name].repair.expected

    def send(self, case: Case) -> bool:
        """A failure wants a technician; whether one sets out at once, else the case is resumed when one does."""
        sku, tier = case.unit.kind.sku, case.unit.tier
        priority = self.tiers[tier].priority if tier >= 0 else self.last
        due = case.due if case.due == case.due else inf
        rank = self.rule.rank(CaseView(priority, due, self.hours_of[sku], case.visit > 0))
        heappush(self.waiting[sku], (rank, next(self._turn), case))
        for team in self.able[sku]:
            self._go_on(team)
            if case.technician is not None:
                return True
        case.sleeping = True
        return False

    def release(self, technician: Technician) -> None:
        """A technician is done, and goes to who is next."""
        technician.team.free.append(technician)
        self._go_on(technician.team)

    def _go_on(self, team: Team) -> None:
        """Free technicians of a team go to who waits; outside their hours, from the next opening on."""
        while team.free:
            first = min((queue for queue in team.queues if queue), key=lambda queue: queue[0][:2], default=None)
            if first is None:
                return
            if not team.works(self.clock.now):
                self._wait_for_opening(team)
                return
            case = heappop(first)[2]
            case.technician = team.free.popleft()
            if case.sleeping:
                case.sleeping = False
                case.resume()

    def _wait_for_opening(self, team: Team) -> None:
        assert team.hours is not None
        opens = team.hours.next_open(self.clock.now)
        if opens > team.opening and opens > self.clock.now:
            team.opening = opens
            self.clock.call(opens, lambda _: self._go_on(team))
