"""What users add of their own: rules, distributions, KPIs and mechanisms from a file, a package or a script.

A file is run once, under a module name made of its name and content. Its text goes with the work to other processes
and machines, so that they know what it defines before they read a scenario. A scenario never names a Python path.
"""

import hashlib
import linecache
import pickle
import re
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from simulator.model import rebuild_models

GROUPS = ("simulator.plugins", "simulator.rules")
"""Entry points by which an installed package adds to the simulator."""
PREFIX = "simulator_plugin_"

Undo = Callable[[], None]


class PluginError(Exception):
    """A plugin cannot be loaded; the message says where and why."""


@dataclass(frozen=True)
class Plugin:
    """A file of a user's own as it was read."""

    path: str
    """Where it lay on the machine that read it."""
    source: str

    @property
    def name(self) -> str:
        """The name of the file."""
        return Path(self.path).name

    @cached_property
    def digest(self) -> str:
        """A fingerprint of the content."""
        return _digest(self.source)

    @property
    def module(self) -> str:
        """The name under which it is imported: the same wherever it is loaded."""
        return f"{PREFIX}{re.sub(r'[^0-9A-Za-z_]', '_', Path(self.path).stem)}_{self.digest}"


@dataclass
class _State:
    """What is loaded in this process."""

    plugins: dict[str, Plugin]
    """By module."""
    undo: dict[str, list[Undo]]
    """By module: what takes its definitions back."""
    own: dict[str, None]
    """Other modules outside of the simulator that have added something, such as the script that runs."""
    loading: str = ""
    changes: int = 0
    users: int = 0
    """Pieces of work that go on at this moment with the plugins that are loaded."""


_state = _State({}, {}, {})
_turn = threading.Condition(threading.RLock())


def load_plugin(path: str | Path) -> Plugin:
    """Run a Python file, so that scenarios may use the rules, distributions, KPIs and mechanisms that it defines.

    A file that is loaded already is not run again, unless its text has changed: then it takes its own place.

    Errors: PluginError if it cannot be read or run, or if it defines what is there already.
    """
    try:
        plugin = Plugin(str(Path(path).resolve()), Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PluginError(f"{path}: there is no such file") from None
    except UnicodeDecodeError:
        raise PluginError(f"{path}: it is not a text in UTF-8") from None
    except OSError as error:
        raise PluginError(f"{path}: it cannot be read: {error.strerror}") from None
    load_installed()
    with _turn:
        _load(plugin, str(path))
    return plugin


def loaded() -> tuple[Plugin, ...]:
    """The plugins that are loaded, in the order of loading."""
    return tuple(_state.plugins.values())


def changes() -> int:
    """How often what users add has changed in this process: what was worked out before a change holds no more."""
    return _state.changes


def added(thing: Any, undo: Undo) -> None:
    """Note that a class or function has been registered; `undo` takes it back when its plugin is unloaded."""
    module: str = thing.__module__
    if module.partition(".")[0] == __name__.partition(".")[0]:
        return
    _state.changes += 1
    if _state.loading:
        _state.undo[_state.loading].append(undo)
        return  # the models are built anew once, when the whole file has run
    if not module.startswith(PREFIX):
        _state.own[module] = None
    rebuild_models()


def unload(plugin: Plugin) -> None:
    """Take back all that a plugin has defined."""
    for undo in reversed(_state.undo.pop(plugin.module, [])):
        undo()
    _state.plugins.pop(plugin.module, None)
    sys.modules.pop(plugin.module, None)
    _state.changes += 1
    rebuild_models()


def _load(plugin: Plugin, told: str) -> None:
    """Run a plugin that is not loaded; `told` is its name in errors."""
    if plugin.module in _state.plugins:
        return
    for before in [each for each in loaded() if each.path == plugin.path]:
        unload(before)
    lines = plugin.source.splitlines(keepends=True)
    linecache.cache[plugin.path] = (len(plugin.source), None, lines, plugin.path)  # the machine may not have the file
    module = ModuleType(plugin.module)
    module.__file__ = plugin.path
    sys.modules[plugin.module] = module
    _state.undo[plugin.module] = []
    outer, _state.loading = _state.loading, plugin.module
    try:
        exec(compile(plugin.source, plugin.path, "exec", dont_inherit=True), module.__dict__)
    except (Exception, SystemExit) as error:
        _state.loading = outer
        unload(plugin)
        raise PluginError(_words(error, plugin, told)) from error
    except BaseException:
        _state.loading = outer
        unload(plugin)
        raise
    _state.loading = outer
    _state.plugins[plugin.module] = plugin
    _state.changes += 1
    rebuild_models()


def _words(error: BaseException, plugin: Plugin, told: str) -> str:
    """What is wrong with a plugin, with the line."""
    if isinstance(error, SyntaxError) and error.filename == plugin.path:
        return f"{told}:{error.lineno}:{error.offset}: {error.msg}"
    line, at = 0, error.__traceback__
    while at is not None:
        line = at.tb_lineno if at.tb_frame.f_code.co_filename == plugin.path else line
        at = at.tb_next
    kind = "" if isinstance(error, TakenError) else f"{type(error).__name__}: "
    return f"{told}{f':{line}' if line else ''}: {kind}{error}"


class TakenError(TypeError):
    """Something is defined under a name that is taken."""


def taken(what: str, before: Any, now: Any) -> TakenError | None:
    """The error that a name is taken; None where the same definition is made again, such as in a notebook."""
    if (before.__module__, before.__qualname__) == (now.__module__, now.__qualname__):
        return None
    return TakenError(f"{what} is there already: {before.__qualname__} in {_place(before)}")


def _place(thing: Any) -> str:
    """Where something is defined, in words."""
    plugin = _state.plugins.get(thing.__module__)
    return plugin.path if plugin is not None else str(thing.__module__)


@cache
def load_installed() -> None:
    """Import what installed packages add, once.

    Errors: PluginError names the package that cannot be imported.
    """
    for group in GROUPS:
        for point in entry_points(group=group):
            try:
                point.load()
            except Exception as error:
                whose = point.dist.name if point.dist else point.value
                raise PluginError(f"the package {whose} cannot be used: {type(error).__name__}: {error}") from error


def fingerprints() -> dict[str, str]:
    """The files that add something, each with a fingerprint of its content, by name; without installed packages."""
    packaged = {point.module.partition(".")[0] for group in GROUPS for point in _points(group)}
    found = [(plugin.name, plugin.digest) for plugin in loaded()]
    found += [_script(module) for module in _state.own if module.partition(".")[0] not in packaged]
    named: dict[str, str] = {}
    for name, digest in sorted(found):
        named[name] = f"{named[name]} and {digest}" if name in named else digest
    return named


def installed() -> dict[str, str]:
    """Versions of the installed packages that add something, by name."""
    return {point.dist.name: point.dist.version for group in GROUPS for point in _points(group) if point.dist}


@cache
def _points(group: str) -> tuple[Any, ...]:
    return tuple(entry_points(group=group))


def _script(module: str) -> tuple[str, str]:
    """Name and fingerprint of the file of a module that was imported the ordinary way."""
    file = getattr(sys.modules.get(module), "__file__", None)
    if file is None or not Path(file).is_file():
        return module, "not in a file"
    return Path(file).name, _digest(Path(file).read_text(encoding="utf-8", errors="replace"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Equipment:
    """What a worker has to load before it can understand its work."""

    plugins: tuple[Plugin, ...]
    modules: tuple[str, ...]
    """To be imported: they must be installed where the worker is."""


def equipment() -> Equipment:
    """What this process has loaded."""
    return Equipment(loaded(), tuple(module for module in _state.own if module not in ("__main__", "__mp_main__")))


def equipped(needs: Equipment, work: bytes) -> Any:
    """Do pickled work, a function with its arguments, where just these plugins are loaded.

    A worker may serve several masters at the same time: work that needs other plugins waits until they are free.

    Errors: PluginError if something cannot be loaded here.
    """
    with _turn:
        while _state.users and set(loaded()) != set(needs.plugins):
            _turn.wait()
        _equip(needs)
        _state.users += 1
    try:
        function, args, kwargs = pickle.loads(work)
        return function(*args, **kwargs)
    finally:
        with _turn:
            _state.users -= 1
            _turn.notify_all()


def _equip(needs: Equipment) -> None:
    for plugin in [each for each in loaded() if each not in needs.plugins]:
        unload(plugin)
    for module in needs.modules:
        try:
            import_module(module)
        except ImportError as error:
            hint = "load its file with --plugin or load_plugin instead of importing it"
            raise PluginError(f"a worker cannot import {module}: {error}; {hint}") from error
    _load_all(needs.plugins)


def _load_all(plugins: Sequence[Plugin]) -> None:
    load_installed()
    for plugin in plugins:
        _load(plugin, plugin.path)
