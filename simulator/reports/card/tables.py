"""Parts of a scenario as tables: what they set, side by side."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from simulator.reports.card.markdown import code, line, paragraph, table
from simulator.reports.card.settings import MOST, Part, Setting, settings

ABREAST = 4
"""So many parts stand side by side in a table."""


def side_by_side(found: Mapping[str, Part], noun: str) -> Iterator[str]:
    """Parts of one kind: a row for each setting, a column for each part; of many only the first ten."""
    names = list(found)[:MOST] if len(found) > MOST + 2 else list(found)
    for first in range(0, len(names), ABREAST):
        yield from _columns({name: list(settings(found[name])) for name in names[first : first + ABREAST]}, noun)
    if len(names) < len(found):
        yield from paragraph(f"… and {len(found) - len(names)} more.")


def _columns(found: Mapping[str, list[Setting]], noun: str) -> Iterator[str]:
    stated: dict[str, dict[str, Setting]] = {}
    for name, its in found.items():
        for each in its:
            if each.stated:
                stated.setdefault(each.path, {})[name] = each
    rows = [
        [code(path), *(line(cells[name].value) if name in cells else "–" for name in found), _meaning(cells.values())]
        for path, cells in stated.items()
    ]
    yield from table([noun, *map(line, found), "meaning"], rows)
    if not rows:
        yield from paragraph(f"{', '.join(map(line, found))}: all settings are the defaults.")
    yield from paragraph(defaults(each for its in found.values() for each in its))


def _meaning(cells: Iterable[Setting]) -> str:
    return line(next(iter(cells)).meaning)


def listed_alone(found: Sequence[Setting]) -> Iterator[str]:
    """Settings of one part: a row for each."""
    rows = ([code(each.path), line(each.value), line(each.meaning)] for each in found if each.stated)
    yield from table(["setting", "value", "meaning"], rows)
    yield from paragraph(defaults(found))


def defaults(found: Iterable[Setting]) -> str:
    """What nobody wrote and yet holds, in a sentence; what is empty or switched off is not spoken of."""
    said = dict.fromkeys(f"{code(each.path)} {line(each.value)}" for each in found if not each.stated)
    return f"By default: {'; '.join(said)}." if said else ""
