"""The parts of a page: every text is escaped, and a mechanism's section stands where it says."""

from simulator.drawing.html import Badge, Code, DataTable, Paragraph, Section, Stories, render
from simulator.mechanisms.known import mechanisms
from simulator.reports.page import _in_order
from simulator.reports.story import _words

EVIL = """<b>"&'"""
SAFE = "&lt;b&gt;&#34;&amp;&#39;"


def section(key: str, after: str = "") -> Section:
    return Section(key, key, [], after=after)


def test_every_text_of_every_part_is_escaped():
    parts = [DataTable([EVIL], [[EVIL], [Code(EVIL)], [Badge(EVIL, "met")]]), Paragraph(EVIL), Stories({EVIL: EVIL})]
    html = str(Section("key", EVIL, parts, (EVIL, Code(EVIL))))
    assert "<b>" not in html
    assert html.count(SAFE) == 10
    page = render(
        "report.html", heading=EVIL, about=[EVIL], facts={EVIL: EVIL}, summary=EVIL, tiles=[], sections=[section("a")]
    )
    assert "<b>" not in page
    assert page.count(SAFE) == 6


def test_columns_of_numbers_are_told_from_those_of_words():
    html = str(DataTable(["a", "b", "c"], [["1", "2", "3"]], words=(0, 2)))
    assert '<th scope="col" class="n">b</th>' in html
    assert '<td class="n">2</td><td>3</td>' in html
    assert '<th scope="row">1</th>' in html


def test_a_section_of_a_mechanism_stands_after_the_one_it_says_even_where_that_is_missing():
    own = {"targets": section("targets"), "promises": None, "policy": section("policy"), "skus": section("skus")}
    more = [section("free"), section("lost", "nowhere"), section("contracts", "promises")]
    found = [each.key for each in _in_order(own, more)]
    assert found == ["targets", "contracts", "policy", "free", "lost", "skus"]


def test_words_for_the_facts_of_a_mechanism_are_found_when_they_are_first_wanted():
    words = _words()
    assert set(words) >= {fact for each in mechanisms() for fact in each.words}
    returned = next(kind for kind in words if kind.__name__ == "Returned")
    assert words[returned](None, returned(5.0, 3, 0, 2.0, 1, 0), {3: "mug"}) == "2 x mug come back"
