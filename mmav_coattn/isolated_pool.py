"""Work on many files in processes that may die: a decoder's crash costs one file, not the run."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from itertools import islice
from typing import Any

from mmav_coattn.errors import ConfigError


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
    task is reported and a new process takes the next one. The function must be importable by name,
    or be a ``functools.partial`` of such. There is one process per core unless ``num_workers`` says
    otherwise, and after ``timeout`` (s) a task's process is ended.

    Raises:
        ConfigError: If ``num_workers`` is below 1 or ``timeout`` is not above 0.
    """
    from pebble import ProcessPool

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
    todo, running = iter(tasks), {}
    with ProcessPool(num_workers, initializer=_begin, context=context) as pool:
        try:
            while True:
                for task in islice(todo, num_workers - len(running)):
                    running[pool.schedule(_call, [function, task], timeout=timeout)] = task
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield _outcome(running.pop(future), future, timeout)
        finally:
            pool.stop()


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


def _outcome(task: Any, future: Future, timeout: float) -> Outcome:
    from pebble import ProcessExpired

    try:
        kind, answer = future.result()
    except TimeoutError:
        return Outcome(task, failure=f'took longer than {timeout:g} s', kind='timeout')
    except ProcessExpired as death:
        code = death.exitcode
        how = signal.Signals(-code).name if code < 0 else f'exit code {code}'
        text = f'ended the process that worked on it ({how})'
        return Outcome(task, failure=text, kind='crashed')
    return Outcome(task, answer) if kind == 'done' else Outcome(task, failure=answer, kind=kind)


def _call(function: Callable, task: Any) -> tuple[str, Any]:
    """What the function returns, or what it raised, in words: exceptions may not be picklable."""
    try:
        return 'done', function(task)
    except Exception as error:
        # Whatever one file does to the function, the other files go on; it is reported.
        return 'error', f'{type(error).__name__}: {error}'


def _begin() -> None:
    """Set up a worker."""
    # Ctrl-C is for the parent, which then stops its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """Ends this worker when its parent was killed: it would wait for work for ever."""
    multiprocessing.parent_process().join()
    os._exit(1)
