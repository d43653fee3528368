"""A scenario in the making: plain data, the comment above each entry, and what was assumed."""

from typing import Any

Path = tuple[str | int, ...]


class Draft:
    """A scenario as plain data, written entry by entry."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.comments: dict[Path, str] = {}
        self.assumed: dict[str, str] = {}

    def put(self, path: Path, value: Any, comment: str = "", assumed: str = "") -> None:
        """Write a value at a path of keys; `assumed` is the reason for a value that no history shows."""
        place = self.data
        for key in path[:-1]:
            place = place.setdefault(str(key), {})
        place[str(path[-1])] = value
        if comment or assumed:
            self.comments[path] = comment or f"Assumed: {assumed}"
        if assumed:
            self.assumed[".".join(str(key) for key in path)] = assumed


def rounded(value: float, digits: int = 4) -> float | int:
    """A number with so many significant digits; whole ones without a decimal point.

    >>> rounded(429.6153), rounded(12.0), rounded(0.0012345)
    (429.6, 12, 0.001234)
    """
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() else short


def shares(counts: dict[str, float]) -> dict[str, float]:
    """Shares that add to 1 as they are written.

    >>> shares({"a": 1, "b": 1, "c": 1})
    {'a': 0.3333, 'b': 0.3333, 'c': 0.3334}
    """
    total = sum(counts.values())
    found = {name: round(count / total, 4) for name, count in counts.items()}
    last = list(found)[-1]
    found[last] = round(1 - sum(found.values()) + found[last], 4)
    return found
