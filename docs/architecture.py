"""Draw who imports whom among the packages of the simulator: `python docs/architecture.py` writes architecture.svg.

Imports are read from the source, without running it; those that only type checkers follow are left out, as they are
from the layers that import-linter holds. With `--check` nothing is written: the picture must show today's packages and
arrows, and its numbers of files and lines may be a tenth off, so that not every change of code needs a new picture.
"""

import ast
import json
import re
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from html import escape, unescape
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "architecture.svg"
WIDTH, HEIGHT, GAP, LANE, RISE, EDGE = 244, 104, 26, 22, 46, 34
"""Of a box; between boxes; for an arrow that passes a layer; between layers; around everything. In pixels."""
INK, GREY, LINE, UP = "#1c2733", "#5b6875", "#8a97a5", "#b5473c"
TOP, BOTTOM = (36, 86, 140), (196, 128, 44)
"""The colours of the first layer and of the last."""


@dataclass(frozen=True)
class Box:
    """A package or a module at the top of the simulator."""

    about: str
    files: int
    lines: int
    imports: dict[str, int]
    """How many of its files import each of the others."""


Boxes = dict[str, Box]


# Reading


def read(folder: Path) -> Boxes:
    """What stands at the top of a package, and what each of it imports of the others."""
    tops = {path.stem: path for path in sorted(folder.iterdir()) if _is_code(path)}
    return {name: _box(name, path, folder.name, set(tops)) for name, path in tops.items()}


def _is_code(path: Path) -> bool:
    if path.is_dir():
        return any(file.stat().st_size for file in path.rglob("*.py"))
    return path.suffix == ".py" and not path.stem.startswith("__")


def _box(name: str, path: Path, package: str, tops: set[str]) -> Box:
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    texts = [file.read_text(encoding="utf-8") for file in files]
    found = Counter(top for text in texts for top in set(_imported(ast.parse(text), package)))
    own = (path / "__init__.py" if path.is_dir() else path).read_text(encoding="utf-8")
    about = re.split(r"\.(?:\s|$)", (ast.get_docstring(ast.parse(own)) or "").partition("\n\n")[0])[0]
    lines = sum(len(text.splitlines()) for text in texts)
    return Box(
        " ".join(about.split()), len(files), lines, {top: found[top] for top in sorted(tops & set(found) - {name})}
    )


def _imported(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        yield from (name for other in node.orelse for name in _imported(other, package))
        return
    if isinstance(node, ast.Import):
        names = [each.name for each in node.names]
    elif isinstance(node, ast.ImportFrom) and not node.level:
        names = [f"{node.module}.{each.name}" for each in node.names]
    else:
        names = []
    yield from (name.split(".")[1] for name in names if name.startswith(f"{package}."))
    for inner in ast.iter_child_nodes(node):
        yield from _imported(inner, package)


# Layers


Arrows = dict[str, set[str]]
"""What each box imports."""


def reachable(arrows: Arrows) -> Arrows:
    """All that each box needs, by one step or by many."""
    reach = {name: set(to) for name, to in arrows.items()}
    for middle in arrows:
        for name in arrows:
            if middle in reach[name]:
                reach[name] |= reach[middle]
    return reach


def downwards(boxes: Boxes) -> Arrows:
    """The imports without those that close a circle: of the imports of a circle the fewest files' are left out."""
    down: Arrows = {name: set() for name in boxes}
    weighed = [(-files, name, to) for name, box in boxes.items() for to, files in box.imports.items()]
    for _, name, to in sorted(weighed):
        if name not in reachable(down)[to]:
            down[name].add(to)
    return down


def layers_of(arrows: Arrows) -> dict[str, int]:
    """Layer by box, 0 at the bottom: just below the lowest that imports it."""
    reach = reachable(arrows)
    above = {name: [other for other in arrows if name in reach[other]] for name in arrows}
    depth: dict[str, int] = {}
    for name in sorted(arrows, key=lambda name: len(above[name])):
        depth[name] = max((depth[other] + 1 for other in above[name]), default=0)
    lowest = max(depth.values())
    return {name: lowest - down for name, down in depth.items()}


def shown(boxes: Boxes) -> dict[tuple[str, str], str]:
    """The arrows of the picture, from an upper to a lower box: "down", "up" for what is imported upwards, or "both"."""
    down = downwards(boxes)
    reach = reachable(down)
    found = {
        (name, to): "down"
        for name in down
        for to in sorted(down[name])
        if not any(to in reach[other] for other in down[name])
    }
    for name, box in boxes.items():
        for to in set(box.imports) - down[name]:
            found[to, name] = "both" if (to, name) in found else "up"
    return dict(sorted(found.items()))


# Places

Spot = tuple[str, str, int]
"""A box (its name twice and its layer), or the point where an arrow passes a layer."""


def _ways(boxes: Boxes, level: dict[str, int]) -> list[list[Spot]]:
    """Each arrow as the spots that it passes, from layer to layer."""
    ways = []
    for name, to in shown(boxes):
        passed = [(name, to, at) for at in range(level[name] - 1, level[to], -1)]
        ways.append([(name, name, level[name]), *passed, (to, to, level[to])])
    return ways


def _rows(boxes: Boxes, level: dict[str, int], ways: list[list[Spot]]) -> list[list[Spot]]:
    spots = {(name, name, level[name]): None for name in boxes} | {spot: None for way in ways for spot in way}
    return [[spot for spot in spots if spot[2] == at] for at in range(max(level.values()), -1, -1)]


def _crossings(rows: list[list[Spot]], ways: list[list[Spot]]) -> int:
    place = {spot: i for row in rows for i, spot in enumerate(row)}
    count = 0
    for upper in rows:
        steps = sorted((place[a], place[b]) for way in ways for a, b in pairwise(way) if a in upper and a[2] != b[2])
        count += sum(one[1] > two[1] for i, one in enumerate(steps) for two in steps[i + 1 :] if one[0] < two[0])
    return count


def _neighbours(ways: list[list[Spot]]) -> dict[Spot, list[Spot]]:
    beside: dict[Spot, list[Spot]] = {}
    for way in ways:
        for one, two in pairwise(way):
            beside.setdefault(one, []).append(two)
            beside.setdefault(two, []).append(one)
    return beside


def _ordered(rows: list[list[Spot]], ways: list[list[Spot]]) -> list[list[Spot]]:
    """Each row in the order of what its spots are joined to; of many attempts the one with the fewest crossings."""
    best, beside = rows, _neighbours(ways)
    for attempt in range(60):
        upwards = bool(attempt % 2)
        for i in range(len(rows))[:: -1 if upwards else 1]:
            place = {spot: k / max(1, len(row) - 1) for row in rows for k, spot in enumerate(row)}
            level = rows[i][0][2]
            wish = {}
            for spot in rows[i]:
                side = [other for other in beside.get(spot, []) if attempt > 40 or (other[2] < level) == upwards]
                wish[spot] = _mean([place[other] for other in side or [spot]])
            rows = [*rows[:i], sorted(rows[i], key=wish.__getitem__), *rows[i + 1 :]]
        if _crossings(rows, ways) < _crossings(best, ways):
            best = rows
    return best


def _room(spot: Spot) -> float:
    return WIDTH + GAP if spot[0] == spot[1] else LANE


def _spread(row: list[Spot], wished: list[float]) -> list[float]:
    """The places nearest to those wished, in this order and without overlap: neighbours that clash move as one."""
    offset = [0.0]
    for one, two in pairwise(row):
        offset.append(offset[-1] + (_room(one) + _room(two)) / 2)
    groups: list[tuple[float, int]] = []
    for wish, shift in zip(wished, offset, strict=True):
        groups.append((wish - shift, 1))
        while len(groups) > 1 and groups[-2][0] > groups[-1][0]:
            (a, m), (b, n) = groups[-2:]
            groups[-2:] = [((a * m + b * n) / (m + n), m + n)]
    bases = [base for base, size in groups for _ in range(size)]
    return [base + shift for base, shift in zip(bases, offset, strict=True)]


def places(boxes: Boxes) -> tuple[dict[Spot, tuple[float, float]], list[list[Spot]]]:
    """Centre of every spot, and the arrows as the spots they pass."""
    level = layers_of(downwards(boxes))
    ways = _ways(boxes, level)
    rows, beside = _ordered(_rows(boxes, level, ways), ways), _neighbours(ways)
    x = {spot: at for row in rows for spot, at in zip(row, _spread(row, [0.0] * len(row)), strict=True)}
    for _ in range(200):
        for row in rows:
            wished = [_mean([x[other] for other in beside.get(spot, [spot])]) for spot in row]
            x |= zip(row, _spread(row, wished), strict=True)
    left = min(x[spot] - _room(spot) / 2 for spot in x)
    middle = {spot: (EDGE + x[spot] - left, EDGE + HEIGHT / 2 + i * (HEIGHT + RISE))
              for i, row in enumerate(rows) for spot in row}  # fmt: skip
    return middle, ways


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


# Drawing


def draw(boxes: Boxes) -> str:
    """The picture, with what it shows kept inside as data."""
    middle, ways = places(boxes)
    level = layers_of(downwards(boxes))
    width = max(x + _room(spot) / 2 for spot, (x, _) in middle.items()) + EDGE
    height = max(y for _, y in middle.values()) + HEIGHT / 2 + EDGE + 38
    data = json.dumps({name: asdict(box) for name, box in boxes.items()})
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" font-family="Helvetica, Arial, sans-serif" role="img">',
        "<title>Packages of the simulator, and who imports whom</title>",
        f"<metadata>{escape(data)}</metadata>",
        f"<defs>{_tip('down', LINE)}{_tip('up', UP)}</defs>",
        f'<rect width="{width:.0f}" height="{height:.0f}" rx="10" fill="#fbfaf7"/>',
        *(_arrow(way, middle, ways, kind) for way, kind in zip(ways, shown(boxes).values(), strict=True)),
    ]
    highest = max(1, *level.values())
    for name, box in boxes.items():
        parts += _drawn(name, box, middle[name, name, level[name]], level[name] / highest)
    words = ["An arrow leads to what is imported; arrows that follow from others are left out."]
    if set(shown(boxes).values()) - {"down"}:
        words.append("A red tip leads upwards: a few files of the lower box import the upper one.")
    for i, line in enumerate(words):
        low = height - 36 + 17 * i
        parts.append(f'<text x="{EDGE + GAP / 2}" y="{low:.0f}" font-size="12" fill="{GREY}">{line}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _port(spot: Spot, other: Spot, middle: dict[Spot, tuple[float, float]], others: list[Spot]) -> float:
    """Where on its edge an arrow meets a box: side by side, in the order of where the arrows lead."""
    x = middle[spot][0]
    if spot[0] != spot[1]:
        return x
    ranked = sorted(others, key=lambda each: (middle[each][0], each))
    step = min(24.0, (WIDTH - 60) / max(1, len(ranked) - 1))
    return x + (ranked.index(other) - (len(ranked) - 1) / 2) * step


def _tip(kind: str, colour: str) -> str:
    shape = f'<path d="M0 1 L10 5 L0 9 z" fill="{colour}"/>'
    size = 'viewBox="0 0 10 10" refX="9" refY="5" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse"'
    return f'<marker id="{kind}" {size} orient="auto-start-reverse">{shape}</marker>'


def _arrow(way: list[Spot], middle: dict[Spot, tuple[float, float]], ways: list[list[Spot]], kind: str) -> str:
    steps = [step for each in ways for step in pairwise(each)]
    path = ""
    for one, two in pairwise(way):
        begin = _port(one, two, middle, [b for a, b in steps if a == one])
        end = _port(two, one, middle, [a for a, b in steps if b == two])
        top = middle[one][1] + HEIGHT / 2
        low = middle[two][1] - HEIGHT / 2 - (2 if two == way[-1] else 0)
        bend = (low - top) * 0.55
        path += f"M{begin:.1f} {top:.1f} " if not path else f"L{begin:.1f} {top:.1f} "
        path += f"C{begin:.1f} {top + bend:.1f} {end:.1f} {low - bend:.1f} {end:.1f} {low:.1f} "
    look = f'stroke="{UP}" stroke-dasharray="5 4"' if kind == "up" else f'stroke="{LINE}"'
    tips = {"down": 'marker-end="url(#down)"', "up": 'marker-start="url(#up)"'}
    tips["both"] = f"{tips['down']} {tips['up']}"
    return f'<path d="{path.strip()}" fill="none" {look} stroke-width="1.5" {tips[kind]}/>'


def _drawn(name: str, box: Box, at: tuple[float, float], share: float) -> Iterator[str]:
    left, top = at[0] - WIDTH / 2, at[1] - HEIGHT / 2
    colour = "#" + "".join(f"{round(low + (high - low) * share):02x}" for high, low in zip(TOP, BOTTOM, strict=True))
    yield f'<g transform="translate({left:.1f} {top:.1f})">'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" rx="7" fill="#ffffff" stroke="#d5dae0"/>'
    yield f'<path d="M7 0 H5 V{HEIGHT} H7 A7 7 0 0 1 0 {HEIGHT - 7} V7 A7 7 0 0 1 7 0 z" fill="{colour}"/>'
    yield f'<text x="18" y="24" font-size="16" font-weight="bold" fill="{INK}">{name}</text>'
    for i, line in enumerate(textwrap.wrap(box.about.replace("`", ""), 38, max_lines=3, placeholder=" …")):
        yield f'<text x="18" y="{43 + 15 * i}" font-size="12" fill="{INK}">{escape(line)}</text>'
    files = "1 file" if box.files == 1 else f"{box.files} files"
    yield f'<text x="18" y="{HEIGHT - 12}" font-size="11" fill="{GREY}">{files} · {box.lines:,} lines</text></g>'


# Checking


def stale(text: str, now: Boxes) -> str:
    """Why a picture is out of date; "" if it is not."""
    kept = re.search(r"<metadata>(.*?)</metadata>", text)
    data = json.loads(unescape(kept[1])) if kept else {}
    then = {name: Box(**box) for name, box in data.items()}
    if not then or draw(then) != text:
        return "it was not drawn by this program"
    if then.keys() != now.keys():
        return f"packages came or went: {', '.join(sorted(then.keys() ^ now.keys()))}"
    for name, box in now.items():
        was = then[name]
        if (was.imports.keys(), was.about) != (box.imports.keys(), box.about):
            return f"{name} imports others, or says something else of itself"
        if abs(was.lines - box.lines) > 0.1 * box.lines or abs(was.files - box.files) > 0.1 * box.files:
            return f"{name} has {box.files} files and {box.lines} lines, not {was.files} and {was.lines}"
    return ""


def main(words: list[str]) -> None:
    now = read(ROOT / "simulator")
    if "--check" not in words:
        PICTURE.write_text(draw(now), encoding="utf-8")
        return
    reason = stale(PICTURE.read_text(encoding="utf-8") if PICTURE.exists() else "", now)
    if reason:
        sys.exit(f"docs/architecture.svg is out of date: {reason}; run python docs/architecture.py")
    print("docs/architecture.svg shows the packages as they are")


if __name__ == "__main__":
    main(sys.argv[1:])
