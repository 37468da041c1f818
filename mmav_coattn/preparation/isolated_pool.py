"""Work on many files in processes that may die: a decoder's crash costs one file, not the run."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from mmav_coattn.errors import ConfigError


@dataclass(frozen=True)
class Outcome:
    """What became of one task.

    Attributes:
        task (Any): As given.
        value (Any): What the function returned; None if it failed.
        failure (str): What happened, as the end of a sentence; empty if nothing did.
        kind (str): ``'done'``, ``'error'`` (it raised), ``'crashed'`` (its process died) or
            ``'timeout'``.
    """

    task: Any
    value: Any = None
    failure: str = ''
    kind: str = 'done'


@dataclass
class _Worker:
    process: multiprocessing.Process
    pipe: Connection
    task: Any = None
    deadline: float = 0.0


def run_isolated(
    function: Callable[[Any], Any],
    tasks: Iterable[Any],
    num_workers: int | None = None,
    timeout: float = 600.0,
) -> Iterator[Outcome]:
    """Call a function on each task in worker processes; yield the outcomes as they come.

    A worker holds one task at a time. So when a process dies, it is known which task did that; the
    task is reported and a new process takes the next one.

    Args:
        function (Callable): What to do; importable by name, as a ``functools.partial`` of it too.
        tasks (Iterable): Its arguments, one each.
        num_workers (int, optional): Processes. Defaults to one per core.
        timeout (float): Seconds after which a task's process is ended; its start does not count.
            Defaults to 600.

    Yields:
        Outcome: One for each task, in the order in which they end.

    Raises:
        ConfigError: If ``num_workers`` is below 1 or ``timeout`` is not above 0.
    """
    if num_workers is None:
        num_workers = available_cores()
    if num_workers < 1:
        raise ConfigError(f'num_workers={num_workers} must be 1 or more.')
    if not timeout > 0:
        raise ConfigError(f'timeout={timeout} must be more than 0 seconds.')
    # Not forked from the caller, which may have threads, but from a server that has imported the
    # libraries once for all workers.
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload([__name__, 'av'])
    queue = iter(tasks)
    workers: list[_Worker] = []
    try:
        exhausted = False
        while True:
            while not exhausted and len(workers) < num_workers:
                task = next(queue, _NOTHING)
                if task is _NOTHING:
                    exhausted = True
                else:
                    workers.append(_start(context, function))
                    _hand_out(workers[-1], task, timeout)
            if not workers:
                return
            yield from _collect(workers, queue, timeout)
    finally:
        for worker in workers:
            _end(worker)


def available_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, 'sched_getaffinity'):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_NOTHING = object()


def _collect(workers: list[_Worker], queue: Iterator, timeout: float) -> Iterator[Outcome]:
    """Wait for something to happen; hand the next task to each worker that has ended one."""
    pause = max(min(worker.deadline for worker in workers) - time.monotonic(), 0)
    ready = wait([worker.pipe for worker in workers], pause)
    for worker in list(workers):
        task = worker.task
        if worker.pipe in ready:
            try:
                kind, value = worker.pipe.recv()
            except (EOFError, OSError):
                workers.remove(worker)
                worker.process.join()
                yield Outcome(task, None, _death(worker.process.exitcode), 'crashed')
                continue
            following = next(queue, _NOTHING)
            if following is _NOTHING:
                workers.remove(worker)
                _end(worker)
            else:
                _hand_out(worker, following, timeout)
            if kind == 'done':
                yield Outcome(task, value)
            else:
                yield Outcome(task, None, value, kind)
        elif time.monotonic() >= worker.deadline:
            workers.remove(worker)
            _end(worker)
            yield Outcome(task, None, f'took longer than {timeout:g} s', 'timeout')


def _start(context, function: Callable) -> _Worker:
    pipe, other_end = context.Pipe()
    process = context.Process(target=_serve, args=(function, other_end), daemon=True)
    process.start()
    # Held by the worker alone, so that its death closes the pipe.
    other_end.close()
    # Imports are not the first task's time. A process that dies of them is found by its pipe.
    with contextlib.suppress(EOFError, OSError):
        pipe.recv()
    return _Worker(process, pipe)


def _hand_out(worker: _Worker, task, timeout: float) -> None:
    worker.task = task
    worker.deadline = time.monotonic() + timeout
    try:
        worker.pipe.send(task)
    except OSError:
        # Died between two tasks: its pipe is at its end, and the task counts as the one it died of.
        return


def _end(worker: _Worker) -> None:
    worker.pipe.close()
    worker.process.terminate()
    worker.process.join()


def _death(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f'ended the process that worked on it ({signal.Signals(-exit_code).name})'
    return f'ended the process that worked on it (exit code {exit_code})'


def _serve(function: Callable, pipe: Connection) -> None:
    # Ctrl-C is for the parent, which then stops its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    pipe.send('ready')
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        try:
            answer = ('done', function(task))
        except Exception as error:
            # Whatever one file does to the function, the other files go on; it is reported.
            answer = ('error', f'{type(error).__name__}: {error}')
        pipe.send(answer)


def _leave_with_parent() -> None:
    """Ends this worker when its parent was killed: it would wait for work for ever."""
    multiprocessing.parent_process().join()
    os._exit(1)
