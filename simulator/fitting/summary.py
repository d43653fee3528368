"""What a fit says of itself: fitted, how well, assumed, left out."""

from collections.abc import Iterator, Mapping, Sequence

from simulator.fitting.findings import Finding, Goodness
from simulator.fitting.rows import LeftOut


def tell(
    read: str,
    findings: Sequence[Finding],
    fits: Sequence[Goodness],
    assumed: Mapping[str, str],
    left_out: Mapping[str, LeftOut],
    warnings: Sequence[str],
) -> str:
    """The summary as text, a part each."""
    parts = [[read], [f"Warning: {warning}" for warning in warnings], list(_findings(findings)), list(_fits(fits)),
             list(_assumed(assumed)), list(_left_out(left_out))]  # fmt: skip
    return "\n\n".join("\n".join(part) for part in parts if part)


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    yield f"{'Fitted':<34}{'history':>12}{'scenario':>12}{'difference':>12}"
    for found in findings:
        note = f"   {found.note}" if found.note else ""
        yield (f"  {found.what:<32}{_number(found.history):>12}{_number(found.fitted):>12}"
               f"{round(100 * found.difference, 1) + 0.0:>+10.1f} %{note}")  # fmt: skip


def _fits(fits: Sequence[Goodness]) -> Iterator[str]:
    yield "Goodness of fit (D: largest difference of the distribution functions)"
    for fit in fits:
        yield f"  {fit.what:<38}{fit.statistic:>8} = {fit.value:<8.3g}{fit.note}"


def _assumed(assumed: Mapping[str, str]) -> Iterator[str]:
    yield "Assumed (options and the file change it)"
    for path, reason in assumed.items():
        yield f"  {path}: {reason}"


def _left_out(left_out: Mapping[str, LeftOut]) -> Iterator[str]:
    total = sum(each.count for each in left_out.values())
    yield f"Left out: {total:,} rows" if total else "Left out: nothing"
    for reason, rows in left_out.items():
        yield f"  {rows.count:,} x {reason}"
        for example in rows.examples:
            yield f"      {example}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10_000 or value == int(value) else f"{value:.4g}"
