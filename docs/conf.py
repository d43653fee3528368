"""The documentation as a site: `sphinx-build -W -b html docs build/docs`.

Pages are Markdown. The pages of the API are made from the packages that are found under `simulator/`, so that a module
needs no entry anywhere; `docs/api/` is written anew by each build and git ignores it.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from os.path import relpath
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils import new_document
from myst_parser.parsers.sphinx_ import MystParser
from pydantic import BaseModel
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.python import PythonDomain
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path.insert(0, str(ROOT))

_about = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
project = _about["name"]
author = "The service-simulator developers"
copyright = author  # noqa: A001
release = version = _about["version"]

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = f"{project} {release}"
html_copy_source = False
html_theme_options = {
    "source_repository": _about["urls"]["Source"],
    "source_branch": "main",
    "source_directory": "docs/",
}
toc_object_entries = False

autodoc_default_options = {"members": True, "ignore-module-all": True, "exclude-members": "model_config"}
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100

PAGES = {
    "../README.md": "start.md",
    "../benchmarks/README.md": "benchmarks.md",
    "../CONTRIBUTING.md": "contributing.md",
    "../CHANGELOG.md": "changelog.md",
}
"""Texts that live outside docs/, and the pages that include them."""


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("markdown", Markdown)
    app.add_domain(Names, override=True)
    app.connect("builder-inited", write_api)
    app.connect("source-read", take_in)
    app.connect("autodoc-skip-member", is_made_by_pydantic)
    app.connect("autodoc-process-signature", without_data)
    app.connect("autodoc-process-docstring", as_markdown)
    app.connect("doctree-read", as_written)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


# Pages


def take_in(app: Sphinx, page: str, source: list[str]) -> None:
    """Text that a page includes is put into it, and links lead to pages of the site where there is one."""
    if not page.startswith("api/"):
        text = re.sub(r"^```\{include\} (\S+)\n```$", lambda found: _outside(found[1]), source[0], flags=re.MULTILINE)
        source[0] = relinked(text, DOCS)
        if page == "rules":
            source[0] = to_scenario(source[0])


def _outside(path: str) -> str:
    file = DOCS / path
    return relinked(file.read_text(encoding="utf-8"), file.parent)


def relinked(text: str, folder: Path) -> str:
    """Links and pictures of a text in `folder`, as they read in docs/ with the pages that include others."""

    def seen_from_docs(found: re.Match[str]) -> str:
        path, anchor = found[2], found[3] or ""
        there = Path(relpath((folder / path).resolve(), DOCS)).as_posix()
        return f"{found[1]}({PAGES.get(there, there)}{anchor})"

    return re.sub(r"(\])\((?!\w+:)([^)\s#]+)(#[^)\s]*)?\)", seen_from_docs, text)


def to_scenario(text: str) -> str:
    """Settings of rules are explained among the sections of a scenario, where the page of rules has no such heading."""
    own = {heading.lower() for heading in re.findall(r"^#+ (\S+)$", text, re.MULTILINE)}
    return re.sub(r"\]\(#(\w+)\)", lambda to: to[0] if to[1] in own else f"](scenario.md#{to[1]})", text)


# The API


def write_api(app: Sphinx) -> None:
    """A page for each package, with a section for each of its modules."""
    folder = DOCS / "api"
    folder.mkdir(exist_ok=True)
    pages = {f"{name}.rst": "\n".join(_page(name, path)) for name, path in _packages(ROOT / "simulator")}
    for file in folder.iterdir():
        if file.name not in pages:
            file.unlink()
    for page, text in pages.items():
        file = folder / page
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


def _packages(path: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(path.rglob("__init__.py")):
        yield ".".join(file.parent.relative_to(ROOT).parts), file.parent


def _page(name: str, path: Path) -> Iterator[str]:
    inner = [f"   {name}.{each.parent.name}" for each in sorted(path.glob("*/__init__.py"))]
    modules = [each.stem for each in sorted(path.glob("*.py")) if not each.stem.startswith("_")]
    yield from (path.name, "=" * len(path.name), "", f".. automodule:: {name}", "")
    if name == "simulator":
        yield from _front_door()
    if inner:
        yield from (".. toctree::", "   :maxdepth: 1", "", *inner, "")
    for module in modules:
        yield from (module, "-" * len(module), "", f".. automodule:: {name}.{module}", "")


def _front_door() -> Iterator[str]:
    """What `import simulator` offers, with the places where it is defined."""
    import simulator

    for name in sorted(simulator.__all__, key=str.lower):
        thing = getattr(simulator, name)
        first = (thing.__doc__ or "").strip().partition("\n")[0]
        link = f":py:obj:`simulator.{name} <{thing.__module__}.{name}>`"
        yield from (link, "   .. markdown::", "", f"      {first}", "")


class Names(PythonDomain):
    """A type that a signature names leads to its definition; where several modules define the name, nowhere."""

    def find_obj(self, *args: Any, **options: Any) -> Any:
        found = super().find_obj(*args, **options)
        return found if len(found) == 1 else []


def is_made_by_pydantic(app: Sphinx, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """A generic model with its parameters, `Model[float]`, stands in the module beside the one written there."""
    return True if "[" in name else None


def without_data(app: Sphinx, what: str, name: str, thing: Any, *others: Any) -> tuple[str, None] | None:
    """The fields of a model are listed below it: `(**data)` says nothing."""
    return ("", None) if isinstance(thing, type) and issubclass(thing, BaseModel) else None


def as_written(app: Sphinx, page: nodes.document) -> None:
    """A type with validators reads as in the source, `Share | None`, rather than as the validators it stands for."""
    for signature in page.findall(addnodes.desc_signature):
        for said in signature.findall(addnodes.desc_annotation):
            if re.search(r"[({]", said.astext()) and signature.get("fullname"):
                owner, _, name = signature["fullname"].rpartition(".")
                written = ModuleAnalyzer.for_module(signature["module"]).annotations.get((owner, name))
                said.children = [nodes.Text(f": {written}")] if written else said.children


# Docstrings


class Markdown(SphinxDirective):
    """Its content is Markdown, as docstrings are."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        inner = new_document(self.get_source_info()[0], self.state.document.settings)
        MystParser().parse("\n".join(self.content), inner)
        return list(inner.children)


def as_markdown(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """A docstring is Markdown with doctests; one that `dataclass` has made of the fields says nothing new."""
    made_of_fields = isinstance(thing, type) and lines and lines[0].startswith(f"{thing.__name__}(")
    text = [] if made_of_fields else list(_fenced(lines))
    lines[:] = [".. markdown::", "", *(f"   {line}" for line in text), ""] if any(text) else []


def _fenced(lines: list[str]) -> Iterator[str]:
    """Doctests between fences: Markdown would take them for quotations."""
    inside = False
    for line in lines:
        if not inside and line.lstrip().startswith(">>> "):
            inside = True
            yield "```pycon"
        elif inside and not line.strip():
            inside = False
            yield "```"
        yield line
    if inside:
        yield "```"
