"""Work on many files in processes that may die: a decoder's crash costs one file, not the run."""

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

_END = object()


@dataclass(frozen=True)
class Outcome:
    """What became of one task."""

    task: Any  #: as given
    value: Any = None  #: what the function returned; None if it failed
    failure: str = ''  #: what happened, as the end of a sentence; empty if nothing did
    kind: str = 'done'  #: or ``'error'`` (it raised), ``'crashed'`` (its process), ``'timeout'``


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
        function (Callable): Importable by name, as a ``functools.partial`` of it too.
        num_workers (int, optional): Processes. Defaults to one per core.
        timeout (float): Seconds after which a task's process is ended; its start does not count.

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
    context.set_forkserver_preload([__name__, 'av', 'cv2'])
    todo, workers = iter(tasks), []
    try:
        while True:
            while len(workers) < num_workers and (task := next(todo, _END)) is not _END:
                workers.append(_Worker(context, function, timeout))
                workers[-1].begin(task)
            if not workers:
                return
            soonest = min(worker.deadline for worker in workers)
            ready = wait([worker.pipe for worker in workers], max(soonest - time.monotonic(), 0))
            for worker in list(workers):
                if worker.pipe not in ready and time.monotonic() < worker.deadline:
                    continue
                outcome = worker.outcome()
                gone = outcome.kind in ('crashed', 'timeout')
                if gone or (task := next(todo, _END)) is _END:
                    workers.remove(worker)
                    worker.end()
                else:
                    worker.begin(task)
                yield outcome
    finally:
        for worker in workers:
            worker.end()


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


class _Worker:
    """A process that does one task at a time."""

    def __init__(self, context, function: Callable, timeout: float) -> None:
        self.timeout = timeout
        self.pipe, other_end = context.Pipe()
        self.process = context.Process(target=_serve, args=(function, other_end), daemon=True)
        self.process.start()
        # Held by the process alone, so that its death closes the pipe.
        other_end.close()
        # Imports are not the first task's time. A process that dies of them is found by its pipe.
        with contextlib.suppress(EOFError, OSError):
            self.pipe.recv()

    def begin(self, task) -> None:
        self.task = task
        self.deadline = time.monotonic() + self.timeout
        # If it died between two tasks, its pipe is at its end: the task counts as what it died of.
        with contextlib.suppress(OSError):
            self.pipe.send(task)

    def outcome(self) -> Outcome:
        """Of the task, which has ended or taken too long."""
        try:
            if not self.pipe.poll():
                text = f'took longer than {self.timeout:g} s'
                return Outcome(self.task, failure=text, kind='timeout')
            kind, answer = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            code = self.process.exitcode
            how = signal.Signals(-code).name if code < 0 else f'exit code {code}'
            text = f'ended the process that worked on it ({how})'
            return Outcome(self.task, failure=text, kind='crashed')
        if kind == 'error':
            return Outcome(self.task, failure=answer, kind=kind)
        return Outcome(self.task, answer)

    def end(self) -> None:
        self.pipe.close()
        self.process.terminate()
        self.process.join()


def _serve(function: Callable, pipe: Connection) -> None:
    # Ctrl-C is for the parent, which then stops its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    pipe.send('ready')
    # Until the parent closes the pipe.
    with contextlib.suppress(EOFError):
        while True:
            task = pipe.recv()
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
