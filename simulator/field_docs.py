"""What the fields of models mean: the docstrings below them, read from the source only when somebody asks.

Pydantic can read them itself, but does so for every model whenever it is imported: a third of the time in which a
command starts.
"""

import ast
import inspect
import sys
from collections.abc import Iterable
from functools import cache

from pydantic import BaseModel


def field_docs(model: type[BaseModel]) -> dict[str, str]:
    """The docstring of each field of a model, its own and inherited; a field without one is left out.

    A description that the field itself states comes first. Where there is no source, as for models made at run time,
    only these are found.
    """
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if each is not BaseModel and issubclass(each, BaseModel):
            try:
                source = inspect.getsource(sys.modules[each.__module__])
            except (KeyError, OSError, TypeError):
                continue
            found |= _docs(source).get(each.__qualname__, {})
    stated = {name: field.description for name, field in model.model_fields.items() if field.description}
    return {name: text for name, text in {**found, **stated}.items() if name in model.model_fields}


@cache
def _docs(source: str) -> dict[str, dict[str, str]]:
    """The docstrings below annotated names, by the qualified name of the class."""
    found: dict[str, dict[str, str]] = {}
    _visit(ast.parse(source).body, "", found)
    return found


def _visit(body: Iterable[ast.stmt], within: str, found: dict[str, dict[str, str]]) -> None:
    for node in body:
        if isinstance(node, ast.ClassDef):
            name = f"{within}{node.name}"
            found[name] = {
                one.target.id: inspect.cleandoc(two.value.value)
                for one, two in zip(node.body, node.body[1:], strict=False)
                if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
                if isinstance(two, ast.Expr)
                and isinstance(two.value, ast.Constant)
                and isinstance(two.value.value, str)
            }
            _visit(node.body, f"{name}.", found)
        elif isinstance(node, ast.FunctionDef):
            _visit(node.body, f"{within}{node.name}.<locals>.", found)
