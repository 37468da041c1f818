"""What the command-line tools share: a sentence for a mistake of the user."""

import multiprocessing
import re
import sys
import tempfile
from collections.abc import Callable
from multiprocessing.connection import wait
from pathlib import Path

from mmav_coattn.datasets.reading_note import read_by_dead_workers
from mmav_coattn.errors import ConfigError, UserError
from mmav_coattn.io import CANNOT_WRITE


def run_tool(main: Callable[[], None]) -> None:
    """Run a tool's ``main``; a mistake of the user ends in one sentence and exit code 1.

    Anything that is not the user's mistake keeps its traceback.
    """
    read_by_dead_workers()  # forgets those that were ended before this run
    try:
        main()
    except Exception as error:
        try:
            sentence = user_sentence(error)
        except RuntimeError as report:  # of a worker that died just now
            sentence = user_sentence(report)
        if sentence is None:
            raise
        print(f'error: {sentence}', file=sys.stderr)
        sys.exit(1)


def user_sentence(error: BaseException) -> str | None:
    """The sentence to show for an exception, or None if it is not the user's mistake.

    One of a loader worker carries the original only as text, with its traceback in front.
    """
    # torch reports a dead worker from a signal handler, wherever the program is; what it interrupts
    # may make another error of it, as mmengine does while it formats a config.
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, RuntimeError) and str(cause).startswith('DataLoader worker (pid'):
            return _death_of_worker(str(cause), read_by_dead_workers())
        cause = cause.__context__
    text = str(error)
    if isinstance(error, (ConnectionError, EOFError)) and (names := _await_dead_workers()):
        return _death_of_worker(text, names)
    if isinstance(error, OSError) and error.errno in CANNOT_WRITE:
        return (
            f'{error.filename or "A file of the run"}: cannot be written ({error.strerror}). '
            'Checkpoints saved before are untouched: free some space or choose another '
            '--work-dir, then go on with --resume.'
        )
    if 'in DataLoader worker process' in text:
        found = re.findall(r'^mmav_coattn\.errors\.\w+: (.*)', text, flags=re.MULTILINE)
        return found[-1].strip() if found else None
    if isinstance(error, UserError):
        return text
    if isinstance(error, KeyError) and 'is not in the' in text and 'registry' in text:
        name = text.strip('"\'').split(' ')[0]
        kind = re.search(r'::(\w+) registry', text)
        return (
            f'The config names a {kind.group(1) if kind else "module"} of type {name!r}, which is '
            'not registered. Check its spelling, or add the package that defines it to '
            'custom_imports in the config.'
        )
    if isinstance(error, AssertionError) and 'AmpOptimizerWrapper' in text:
        return (
            'Mixed precision needs a GPU, and torch finds none here. Leave --amp out, or where the '
            'config asks for it, set its optim_wrapper to an OptimWrapper.'
        )
    return None


def _await_dead_workers() -> list[str]:
    """The files that dead workers were reading, after a batch could not be fetched from one.

    The connection breaks a moment before the system tells that the worker has ended.
    """
    children = {child.sentinel: child for child in multiprocessing.active_children()}
    for sentinel in wait(children, timeout=1.0):
        children[sentinel].join(1.0)
    return read_by_dead_workers()


def _death_of_worker(text: str, names: list[str]) -> str:
    """A sentence for workers that were killed or crashed, and the files that they were reading."""
    reading = ', '.join(names)
    how = re.search(r'killed by signal: ([\w ]+)', text)
    causes = 'use fewer workers (num_workers) if memory ran out'
    if 'shared memory' in text or 'Bus error' in text:
        causes += ', enlarge /dev/shm if it is full'
    return (
        f'A loader worker died ({how.group(1).strip() if how else "without an exception"})'
        f'{f" while it read {reading}" if reading else ""}: remove the file from the list of '
        f'videos if it crashes the decoder (tools/data/scan.py finds such files), {causes}, then '
        f'start again; a training goes on with --resume.'
    )


def require_writable(folder: str | Path) -> None:
    """Make a work folder; a :class:`ConfigError` where it cannot be made or written to."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ConfigError(
            f'{folder}: this work folder cannot be written ({error.strerror}); choose another by '
            '--work-dir.'
        ) from error
