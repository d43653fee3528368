"""How a name that nothing bears is told."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from simulator.scenario.errors import At

Path = tuple[str | int, ...]
Names = Iterable[str]


def unknown(path: Path, kind: str, name: str, known: Names) -> Iterator[At]:
    """The fault, with the nearest of the known names, if the name is not among them."""
    names = list(known)
    if name not in names:
        close = get_close_matches(name, names, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"known are: {', '.join(names[:12]) or 'none'}"
        yield At(path, f"there is no {kind} {name!r}", hint)
