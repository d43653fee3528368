"""Which column is what: by its usual names, or as the user says."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from simulator.fitting.options import FitError

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "order": ("order", "doc", "document", "invoice", "transaction", "receipt", "sales order", "basket", "bill"),
    "time": ("time", "ts", "timestamp", "datetime", "date time", "date", "day", "ordered", "created"),
    "sku": ("sku", "item", "product", "article", "stock code", "material", "part", "asin"),
    "units": ("units", "qty", "quantity", "pieces", "pcs", "count", "amount ordered"),
    "price": ("price", "unit price", "item price", "selling price", "price each", "net price"),
    "segment": ("segment", "customer segment", "customer group", "customer class", "customer type", "tier"),
    "channel": ("channel", "sales channel", "order channel", "source", "store"),
    "customer": ("customer", "client", "account", "buyer", "user", "member"),
    "type": ("type", "doc type", "document type", "order type", "transaction type", "line type"),
}
"""Role -> names it goes by; endings such as no, id, number and code, and prefixes such as order, are tried too."""
NEEDED = ("order", "time", "sku", "units", "price")
WORDS = ("sale", "return")
"""Not columns: what the type column says of a sale and of a return."""
ENDINGS = r" (no|nr|id|num|number|nbr|code|key|ref|gbp|eur|usd)$"
CONTEXT = r"^(order|invoice|doc|document|transaction|sales|purchase) "


def choose_columns(columns: Sequence[str], given: Mapping[str, str], file: Path) -> dict[str, str]:
    """Role -> column. `given` decides; what is left is found by its names.

    >>> choose_columns(["Invoice", "InvoiceDate", "StockCode", "Quantity", "Price"], {}, Path("a.csv"))["time"]
    'InvoiceDate'

    Errors: FitError, listing the file's columns, if a needed one is missing or two could be meant.
    """
    has = f"the file has: {', '.join(columns)}"
    if unknown := set(given) - set(SYNONYMS) - set(WORDS):
        roles = ", ".join((*SYNONYMS, *WORDS))
        raise FitError(f"--map {sorted(unknown)[0]}=...: there is no such role; known are: {roles}")
    for role, name in given.items():
        if role not in WORDS and name not in columns:
            raise FitError(f"{file}: --map {role}={name}: there is no column {name}; {has}")
    found = {role: name for role, name in given.items() if role not in WORDS}
    for role in SYNONYMS:
        free = [name for name in columns if name not in found.values()]
        candidates = [] if role in found else _best(role, free)
        if len(candidates) > 1:
            both = " or ".join(candidates)
            raise FitError(f"{file}: {role} may be {both}; say which: --map {role}={candidates[0]}; {has}")
        found.update({role: candidates[0]} if candidates else {})
    if missing := [role for role in NEEDED if role not in found]:
        raise FitError(f"{file}: no column for {', '.join(missing)}; say which: --map {missing[0]}=COLUMN; {has}")
    return found


def _best(role: str, columns: Sequence[str]) -> list[str]:
    """The columns that go by one of a role's names, the most literal reading only."""
    for reading in (_plain, _without_ending, _without_context):
        if found := [name for name in columns if reading(name) in SYNONYMS[role]]:
            return found
    return []


def _plain(name: str) -> str:
    """Lower case words: `InvoiceDate`, `invoice_date` and `Invoice Date` are the same.

    >>> _plain("StockCode"), _plain("unit_price_gbp")
    ('stock code', 'unit price gbp')
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.sub(r"[^a-z0-9#]+", " ", spaced.lower()).strip()


def _without_ending(name: str) -> str:
    return re.sub(ENDINGS, "", _plain(name))


def _without_context(name: str) -> str:
    return re.sub(CONTEXT, "", _without_ending(name))
