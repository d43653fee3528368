"""Where replications are played: `concurrent.futures.Executor` is the seam. This process, processes, or Dask."""

import ast
import asyncio
import json
import logging
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from types import FrameType
from typing import Any, Literal, ParamSpec, TypeVar

from simulator.experiments.arguments import ArgumentError, whole
from simulator.plugins import Equipment, equipment, equipped

Workers = int | Literal["cores"] | None
"""Who plays: so many processes, one for each core, or this process alone."""
P = ParamSpec("P")
T = TypeVar("T")
FINDING = 15
"""Seconds to find a scheduler."""


class ExecutorError(Exception):
    """The workers cannot be had, or are lost; the message says why and what would help."""


@dataclass(frozen=True)
class Workforce:
    """An executor, and how many blocks it works on at the same time."""

    executor: Executor
    count: int
    lost: tuple[type[Exception], ...] = (BrokenExecutor, CancelledError)
    """What a future raises whose worker has died: the block is played again by another."""
    gone: Callable[[], str] = lambda: ""
    """Why nobody works any more; "" as long as somebody does."""
    optional: bool = False
    """Whether nobody asked for so many: what cannot be shared out is then done by this process itself."""
    here: bool = False
    """Whether they are known to share the memory of this machine."""
    yes: bool = False
    """Whether they are to play whatever comes, however much it is."""


@contextmanager
def workforce(
    workers: Workers = None, scheduler: str | None = None, executor: Executor | None = None, yes: bool = False
) -> Iterator[Workforce]:
    """Those who play: a given executor, the workers of a Dask scheduler, or `workers` processes.

    `scheduler` is an address such as "tcp://host:8786", or a scheduler file. "cores" is one process for each core. One
    worker is this process itself, and so it is where nothing is said: a script then needs no `if __name__ ==
    "__main__":`. `yes` has them play what would be refused since it is too much.

    Errors: ExecutorError if there is no scheduler or Dask is not installed, and for processes that would start a
    script again; ArgumentError for numbers of workers below 1, or for several of the three at once.
    """
    given = None if workers == "cores" else workers
    if sum(each is not None for each in (given, scheduler, executor)) > 1:
        raise ArgumentError("give workers, a scheduler or an executor, not several of them")
    if given is not None:
        given = whole("workers", given, 1, hint='or "cores" for one on each core')
    if executor is not None:
        yield Workforce(Equipped(executor), int(getattr(executor, "_max_workers", 0)) or os.cpu_count() or 1, yes=yes)
    elif scheduler is not None:
        with _dask(scheduler) as found:
            yield replace(found, yes=yes)
    else:
        count = (os.cpu_count() or 1) if workers == "cores" else given or 1
        if count > 1 and (place := unguarded()):
            raise ExecutorError(
                f"{place} starts worker processes, and these would read the script again from its beginning: put the "
                'work under `if __name__ == "__main__":`, or leave `workers` out, so that this process plays alone'
            )
        own: Executor = Equipped(Processes(count)) if count > 1 else Here()
        try:
            yield Workforce(own, count, optional=workers == "cores", here=True, yes=yes)
        finally:
            own.shutdown(wait=True, cancel_futures=True)


def unguarded() -> str:
    """Where the script that is run works outside `if __name__ == "__main__":`, as file and line; "" where it does not.

    Processes that are spawned import the script, and what is outside is done by each of them again.
    """
    frame: FrameType | None = sys._getframe()
    while frame is not None and not (
        frame.f_globals.get("__name__") == "__main__" and frame.f_code.co_name == "<module>"
    ):
        frame = frame.f_back
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    if frame is None or file is None:  # a notebook, a prompt, or a thread of its own
        return ""
    line = frame.f_lineno
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ""
    for part in tree.body:
        if isinstance(part, ast.If) and part.lineno <= line <= (part.end_lineno or line):
            names = {node.id for node in ast.walk(part.test) if isinstance(node, ast.Name)}
            return "" if "__name__" in names else f"{file}, line {line},"
    return f"{file}, line {line},"


class Here(Executor):
    """This process: what is submitted is done at once."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call a function and give its result as a future that is done."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Equipped(Executor):
    """Workers in other processes, who are sent what users have added before they have to understand a scenario.

    `shared` are workers who may have been equipped by somebody else before, and are always told.
    """

    def __init__(self, workers: Executor, shared: bool = False) -> None:
        self._workers, self._shared = workers, shared

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Give work to the workers, with what they need for it."""
        needs = equipment()
        if needs == Equipment((), ()) and not self._shared:
            return self._workers.submit(fn, *args, **kwargs)
        return self._workers.submit(equipped, needs, pickle.dumps((fn, args, kwargs)))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the workers go."""
        self._workers.shutdown(wait=wait, cancel_futures=cancel_futures)


class Processes(Executor):
    """Processes side by side, each a pool of its own: one that dies takes only its own block with it."""

    def __init__(self, count: int) -> None:
        self._pools = [_process() for _ in range(count)]
        self._given: list[list[Future[Any]]] = [[] for _ in range(count)]

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Give work to the process that has the least to do; a process that has died is replaced."""
        for given in self._given:
            given[:] = [future for future in given if not future.done()]
        place = min(range(len(self._pools)), key=lambda each: len(self._given[each]))
        try:
            future = self._pools[place].submit(fn, *args, **kwargs)
        except BrokenExecutor:
            self._pools[place] = _process()
            future = self._pools[place].submit(fn, *args, **kwargs)
        self._given[place].append(future)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes, those that are idle at once."""
        for pool in self._pools:
            pool.shutdown(wait=False, cancel_futures=cancel_futures)
        for pool in self._pools:
            pool.shutdown(wait=wait)


def _process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, get_context("spawn"), _leave_interrupts)


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the main process's to handle


@contextmanager
def _dask(scheduler: str) -> Iterator[Workforce]:
    """The workers of a Dask scheduler."""
    try:
        dask: Any = import_module("distributed")
    except ImportError as error:
        raise ExecutorError("a scheduler needs Dask: pip install distributed") from error
    try:
        file = Path(scheduler)
        address = json.loads(file.read_text())["address"] if file.is_file() else scheduler
        asyncio.run(_answers(dask, address))  # a client that does not find it would try for a minute to say good-bye
    except (OSError, ValueError, TypeError, KeyError) as error:
        hint = "start one with `dask scheduler`, and name its address or its scheduler file"
        raise ExecutorError(f"no Dask scheduler answers at {scheduler}; {hint}") from error
    client = dask.Client(address, timeout=FINDING, set_as_default=False)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # it tells with tracebacks what we say in words
    try:
        count = sum(client.ncores().values())
        if not count:
            raise ExecutorError(f"the Dask scheduler at {scheduler} has no workers: start `dask worker {scheduler}`")
        lost = (dask.KilledWorker, dask.comm.CommClosedError, CancelledError)
        yield Workforce(
            Equipped(client.get_executor(retries=0, pure=False), shared=True),
            count,
            lost,
            lambda: "" if client.status == "running" else f"the Dask scheduler at {scheduler} is lost",
        )
    finally:
        client.close(timeout=5)


async def _answers(dask: Any, address: str) -> None:
    comm = await dask.comm.connect(address, timeout=FINDING)
    await comm.close()
