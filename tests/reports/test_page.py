"""The page: it stands alone, says the numbers of the result, and shows what the scenario has."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from simulator.drawing.wording import half, show
from simulator.reports.page import page, write_page

VOID = {"meta", "br", "hr", "img", "link", "input"}
SECTIONS = {
    "targets",
    "figures",
    "service",
    "perfect",
    "promises",
    "time",
    "shares",
    "stock",
    "levels",
    "suppliers",
    "cost",
    "segments",
    "classes",
    "skus",
    "orders",
    "assumptions",
    "definitions",
}


class Reader(HTMLParser):
    """Checks that every element is closed where it should be, and collects what it sees."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.faults, self.ids, self.headings, self.text = [], [], [], [], []
        self.attributes = []
        self.feed(text)
        self.close()
        self.faults += [f"never closed: {tag}" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"closed out of order: {tag} at {self.getpos()}")

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.text.append(data)
        if self.open and self.open[-1] in ("h1", "h2"):
            self.headings.append((self.open[-1], data))

    @property
    def said(self):
        return " ".join(" ".join(self.text).replace("\u00a0", " ").split())


@pytest.fixture(params=["everything", "one_run", "nasty", "office", "nothing"])
def any_page(request):
    return page(request.getfixturevalue(request.param))


def sections(text):
    return set(re.findall(r'<section id="(\w+)"', text))


def part(text, key):
    """The text of one section."""
    return Reader(re.search(rf'<section id="{key}">.*?</section>', text, re.S)[0]).said


def test_the_page_is_balanced_html_with_one_title(any_page):
    reader = Reader(any_page)
    assert reader.faults == []
    assert len(reader.ids) == len(set(reader.ids)), "an id is used twice"
    assert [level for level, _ in reader.headings].count("h1") == 1
    assert any_page.startswith('<!DOCTYPE html>\n<html lang="en">')


def test_the_page_needs_no_network(any_page):
    reader = Reader(any_page)
    outside = [
        each
        for each in reader.attributes
        if each[1] in ("src", "href", "xlink:href", "action", "data") and not each[2].startswith("#")
    ]
    style = re.search("<style>(.*?)</style>", any_page, re.S)[1]
    assert outside == []
    assert not re.search(r"<(script|link|iframe|object|embed|img)\b", any_page)
    assert "xlink" not in any_page
    assert "@import" not in style
    assert "url(" not in style
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", any_page))


def test_every_drawing_has_its_references_and_a_text_alternative(everything):
    text = page(everything)
    ids = set(Reader(text).ids)
    used = set(re.findall(r"url\(#([^)]*)\)", text)) | set(re.findall(r'href="#([^"]*)"', text))
    assert used
    assert used <= ids
    drawings = re.findall(r"<svg[^>]*>", text)
    assert len(drawings) == len({each for each in ids if each.startswith("chart-")}) >= 6
    assert all('role="img"' in each and re.search(r'aria-label="[^"]{20,}"', each) for each in drawings)


@pytest.mark.parametrize("kpi", ["line_fill_rate", "on_time", "order_fill_rate", "ready_rate", "turns", "revenue"])
def test_key_figures_are_the_result(everything, kpi):
    found = everything.estimate(kpi)
    row = f"{kpi.replace('_', ' ').capitalize()} {show(found.mean, found.unit)} {half(found)}"
    assert row.replace("-", "−") in part(page(everything), "figures")


def test_a_target_is_held_against_the_slice_it_is_for(everything):
    found = everything.estimate("line_fill_rate", "segment", "key")
    said = part(page(everything), "targets")
    assert f"key Line fill rate 99.0 % {show(found.mean, found.unit)} {half(found)}" in said
    assert said.count("missed") == 2  # once in the words above the table
    assert re.search(r"key On time 0\.0 % .* met$", said)


def test_segments_are_drawn_with_their_values(everything):
    said = part(page(everything), "service")
    for segment in everything.scenario.market.segments:
        for kpi in ("line_fill_rate", "on_time"):
            found = everything.estimate(kpi, "segment", segment)
            assert segment in said
            assert show(found.mean, found.unit) in said


def test_costs_are_drawn_by_activity_the_most_first(everything):
    said = part(page(everything), "cost")
    drawn = said[said.rindex("Cost per week:") :]
    names = [activity for activity in ("labour", "replenishment", "order handling", "freight") if activity in drawn]
    costs = [everything.estimate("cost_to_serve", "activity", name.replace(" ", "_")).mean for name in names]
    places = [drawn.index(name) for _, name in sorted(zip(costs, names, strict=True), reverse=True)]
    assert len(names) == 4
    assert places == sorted(places)


def test_every_assumption_is_listed_with_value_and_reason(everything):
    said = part(page(everything), "assumptions")
    assert "service.rules[0].promise.time 3 days The sales manual <2019> says so." in said
    assert "network.suppliers.importer.lead_time {gamma: {mean: 7 days, cv: 0.4}} A guess." in said
    assert "products.*.cost 5 values from 1 to 4 Half the price, roughly." in said
    assert "nothing.there[3] left out Nobody wrote it." in said


def test_definitions_come_from_the_catalogue_without_examples(everything):
    said = part(page(everything), "definitions")
    assert "Lines met completely at once / lines." in said
    assert "line_fill_rate; of lines that asked for stock" in said
    assert ">>>" not in said


def test_a_scenario_with_everything_has_every_section(everything):
    assert sections(page(everything)) == SECTIONS


def test_without_stock_nothing_is_said_of_stock(office):
    text = page(office)
    assert sections(text) == {"figures", "time", "orders", "assumptions", "definitions"}
    assert "fill rate" not in Reader(text).said.lower()
    assert "Nothing is promised" in part(text, "orders")


def test_without_stages_and_orders_there_is_still_a_page(nothing):
    text = page(nothing)
    assert sections(text) == {"figures", "stock", "skus", "orders", "assumptions", "definitions"}
    assert "Nothing was short in this run." in part(text, "skus")
    assert "No order was late in this run." in part(text, "orders")


def test_one_replication_has_values_but_no_interval(one_run):
    text = page(one_run)
    said = Reader(text).said
    assert "One replication: its values stand alone, without an interval." in said
    assert "±" not in said
    assert "below, one run" in part(text, "targets")
    assert "above, one run" in part(text, "targets")
    assert "in this one run" in said


def test_an_interrupted_result_says_so(one_run):
    from simulator.experiments.result import Result

    stopped = Result(one_run.scenario, one_run.store, one_run.experiment, stopped="interrupted")
    assert "1 (stopped early)" in Reader(page(stopped)).said


def test_names_are_text_and_never_markup(nasty):
    text = page(nasty)
    reader = Reader(text)
    assert reader.headings[0] == ("h1", '<b>Söhne</b> & "Co" $x_1$ 日本')
    for raw in ("<b>", "<i>", "<script", "x<y>", "w<1>", "R&D <says>"):
        assert raw not in text
    said = unescape(reader.said)
    for name in ("a <i>b</i> & c", "日本の顧客", 'x<y> "z"', "class A<1>", "R&D <says> so"):
        assert name in said


def test_orders_that_hurt_are_the_latest_and_can_be_read(everything):
    text = page(everything)
    said = part(text, "orders")
    number = int(re.search(r"simulator story SCENARIO --order (\d+) --seed 1", said)[1])
    assert f"Order {number} of 'Everything at once'" in said
    latest = [float(days) for days in re.findall(r"(\d+\.?\d*) days [\d,.]+ (?:waited|queue|long|still|no)", said)]
    assert len(latest) >= 5
    assert latest == sorted(latest, reverse=True)


def test_perfect_orders_are_told_with_their_causes(everything):
    """The joint index beside the product, and the largest cause first, in the chart's words and in the table."""
    text = page(everything)
    said, joint = part(text, "perfect"), everything.estimate("perfect_order_rate").mean
    product = everything.estimate("perfect_order_product").mean
    assert f"Perfect order rate {100 * joint:.1f} %" in said
    assert f"Perfect order product {100 * product:.1f} %" in said
    assert f"{100 * (joint - product):.1f} points above the product" in said
    firsts = [each for each in everything.estimates() if (each.kpi, each.dimension) == ("imperfect_orders", "cause")]
    largest = max(firsts, key=lambda each: each.mean)
    assert f"The commonest first failure is “{largest.label}”" in said
    assert f"{largest.label} {100 * largest.mean:.1f} %" in said
    assert "100.0 %" in said


def test_the_page_depends_on_the_result_alone(everything):
    assert page(everything) == page(everything)


def test_the_page_is_small(everything, tmp_path: Path):
    write_page(everything, tmp_path / "page.html")
    assert 20_000 < (tmp_path / "page.html").stat().st_size < 1_000_000


def test_the_classes_say_what_each_brings(segmented):
    found, said = segmented, part(page(segmented), "classes")
    share = found.estimate("lines_per_week", "class", "A").mean / found.estimate("lines_per_week").mean
    assert f"{100 * share:.1f} %" in said
    assert "A review puts " in said
    assert " of the SKUs into another class" in said
    assert "of the customers into" not in said
    counts = [int(each) for each in re.findall(r" [ABC] (\d+) \d", said)]
    assert sum(counts[:-3]) == 5
    assert sum(counts[-3:]) == len(found.scenario.market.segments["shop"].customer_weights("shop")) + 2
