"""What several commands take: names of KPIs and dimensions, and pictures to write. Checked before the work begins."""

from pathlib import Path

import click

from simulator.apps.group import no_kpi, output

FORMATS = ("table", "json", "csv")
PICTURES = (".png", ".svg")


def known_kpis(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Names of KPIs that there are."""
    from simulator.kpis import catalogue

    for name in given:
        if name not in catalogue():
            raise click.BadParameter(no_kpi(name))
    return given


def slices(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Names of dimensions that there are."""
    from difflib import get_close_matches

    from simulator.kpis.labels import DIMENSIONS

    for name in given:
        if name not in DIMENSIONS:
            close = get_close_matches(name, DIMENSIONS, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(DIMENSIONS)}"
            raise click.BadParameter(f"no dimension {name!r}; {hint}")
    return given


def picture(context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    """A picture to write: its kind must be known before the work begins."""
    if path is not None and path.suffix.lower() not in PICTURES:
        raise click.BadParameter(f"{path.name!r}: the name of a picture ends in .png or .svg")
    return output(context, option, path)
