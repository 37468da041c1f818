"""A loader to which a crash of the decoder costs one file, not the training.

Decoders are C code, and a damaged file may crash one. In a loader worker that ends the worker, and
torch then raises wherever the trainer happens to be. Here the file that the worker was reading is
refused from then on, by name and counted as any other unusable file is, new workers take over, and
the batches that were on their way are drawn again: the training misses nothing else.
"""

from __future__ import annotations

import logging
import signal
from collections import deque
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from functools import partial
from itertools import chain
from multiprocessing.connection import wait

from torch.utils.data import DataLoader, IterableDataset

from mmav_coattn.errors import CrashingFileError

from .reading_note import last_read

#: How a process ends of its own fault. SIGKILL and SIGTERM come from outside, SIGBUS mostly from a
#: /dev/shm that is too small: for those the file is not to blame, and the error goes on.
_CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGFPE, signal.SIGILL}
#: How torch's reports of a worker's death begin.
_DEATH = 'DataLoader worker (pid'
#: Beyond so many crashes, and one in so many batches, of an epoch it is no matter of single files.
MAX_CRASHES, ONE_IN = 10, 10

#: Files that ended a decoder, with how; in a worker, those known when it was started.
_crashed: dict[str, str] = {}
#: Whether the trainer waits in a loader of this module, where torch's report of a death belongs.
_waiting = False


def refuse_crashing(path: str) -> None:
    """Raise for a file that ended a worker before.

    Args:
        path (str): As it was noted when it was read.

    Raises:
        CrashingFileError: If it did.
    """
    if path in _crashed:
        raise CrashingFileError(
            path,
            f'ended the loader worker that read it ({_crashed[path]}) and is left out from then on',
        )


def apply() -> None:
    """Make the loaders that mmengine builds survive crashes. Safe to call twice."""
    from mmengine.runner import Runner

    build = Runner.build_dataloader
    if getattr(build, 'survives_crashes', False):
        return

    def build_dataloader(dataloader, *args, **kwargs) -> DataLoader:
        loader = build(dataloader, *args, **kwargs)
        # mmengine names torch's class; what the other class adds needs no construction.
        if type(loader) is DataLoader:
            loader.__class__ = CrashSafeDataLoader
        return loader

    build_dataloader.__doc__ = build.__doc__
    build_dataloader.survives_crashes = True
    Runner.build_dataloader = staticmethod(build_dataloader)


class CrashSafeDataLoader(DataLoader):
    """torch's loader, whose iteration survives workers that crash while they read a file.

    Arguments are those of the base class. Without workers (``num_workers=0``), and for data that
    are streamed (:class:`torch.utils.data.IterableDataset`), it is the base class.
    """

    #: What the iterator that is being made draws from; see :meth:`open_batches`.
    _drawn: _DrawnBatches | None = None

    def __iter__(self) -> Iterator:
        if not self.num_workers or isinstance(self.dataset, IterableDataset):
            return super().__iter__()
        return _SurvivingIterator(self)

    @property
    def _index_sampler(self) -> Sized:
        return super()._index_sampler if self._drawn is None else self._drawn

    def open_batches(self, drawn: _DrawnBatches) -> Iterator:
        """torch's own iterator, which starts workers where there are none, over given batches."""
        self._drawn = drawn
        try:
            batches = super().__iter__()
        finally:
            self._drawn = None
        _hold_back_reports()
        return batches

    def close_batches(self, batches: Iterator | None) -> None:
        """End the workers of an iterator that is no longer to be trusted."""
        if batches is None:
            batches = self._iterator
        self._iterator = None
        if batches is not None:
            batches._shutdown_workers()


class _DrawnBatches:
    """Batches of indices in the sampler's order; those that did not come back can be drawn again.

    Args:
        source (Sized): The loader's batch sampler.
    """

    def __init__(self, source: Sized) -> None:
        self._source = source
        self._rest: Iterator = iter(())
        self._outstanding: deque = deque()

    def begin(self) -> None:
        """Begin an epoch."""
        self._outstanding.clear()
        self._rest = iter(self._source)

    def begin_again(self) -> None:
        """Next come the batches that did not come back, then the others."""
        self._rest = chain(list(self._outstanding), self._rest)
        self._outstanding.clear()

    def came_back(self) -> None:
        """The oldest batch was handed to the trainer."""
        self._outstanding.popleft()

    def __iter__(self) -> _DrawnBatches:
        return self

    def __next__(self):
        batch = next(self._rest)
        self._outstanding.append(batch)
        return batch

    def __len__(self) -> int:
        return len(self._source)


class _SurvivingIterator:
    """One epoch of a loader.

    Args:
        loader (CrashSafeDataLoader): With workers.
    """

    def __init__(self, loader: CrashSafeDataLoader) -> None:
        self._loader = loader
        self._num_batches = self._num_crashes = 0
        kept = loader._iterator
        # Workers that stay from epoch to epoch keep the object that their batches are drawn from.
        self._drawn = _DrawnBatches(loader._index_sampler) if kept is None else kept._index_sampler
        self._drawn.begin()
        self._batches: Iterator | None = None
        self._ended = False

    def __iter__(self) -> _SurvivingIterator:
        return self

    def __len__(self) -> int:
        return len(self._loader)

    def __next__(self):
        while not self._ended:
            try:
                batch = self._next_batch()
            except StopIteration:
                self._ended = True
                raise
            except Exception as error:
                if not self._tells_of_death(error):
                    raise
                self._recover(error)
                continue
            self._drawn.came_back()
            self._num_batches += 1
            return batch
        raise StopIteration

    def _next_batch(self):
        if self._batches is None:
            self._batches = self._loader.open_batches(self._drawn)
        with _reports_welcome():
            if dead := [worker.pid for worker in self._workers() if not worker.is_alive()]:
                # It died while the trainer was busy, where its report was held back.
                raise RuntimeError(_report(dead))
            return next(self._batches)

    def _tells_of_death(self, error: Exception) -> bool:
        """Whether the error is how a worker's death shows."""
        if isinstance(error, RuntimeError):
            return str(error).startswith(_DEATH)
        # A batch that waits in the memory of a dead worker cannot be fetched. That may show a
        # moment before the system tells that the worker has ended.
        if not isinstance(error, (EOFError, OSError)):
            return False
        ending = wait([worker.sentinel for worker in self._workers()], timeout=1.0)
        for worker in self._workers():
            if worker.sentinel in ending:
                worker.join(1.0)
        return bool(ending)

    def _workers(self) -> list:
        batches = self._loader._iterator if self._batches is None else self._batches
        return [] if batches is None else batches._workers

    def _recover(self, error: Exception) -> None:
        """Refuse the files that the dead workers read, and prepare to go on with new workers.

        Raises:
            RuntimeError: If a worker was ended from outside, left no name, or too many have died.
        """
        dead = {w.pid: w.exitcode for w in self._workers() if not w.is_alive()}
        for pid, code in dead.items():
            if -code not in _CRASHES:
                raise RuntimeError(_report([pid], code)) from error
        self._num_crashes += 1
        if self._num_crashes > MAX_CRASHES + self._num_batches / ONE_IN:
            raise RuntimeError(_report(list(dead), min(dead.values(), default=0))) from error
        for pid, code in dead.items():
            self._refuse(pid, code, error)
        self._loader.close_batches(self._batches)
        self._batches = None
        self._drawn.begin_again()

    def _refuse(self, pid: int, code: int, error: Exception) -> None:
        from mmengine.logging import print_log

        path = last_read(pid)
        if path is None or path in _crashed:
            raise RuntimeError(_report([pid], code)) from error
        how = signal.strsignal(-code)
        _crashed[path] = how
        print_log(
            f'{path}: reading this file has ended a loader worker ({how}). It is left out from now '
            f'on, and a new worker goes on. Take it out of the data.',
            logger='current',
            level=logging.WARNING,
        )
        tell = self._loader.worker_init_fn
        if isinstance(tell, partial) and tell.func is _tell_worker:
            tell = tell.keywords['then']
        self._loader.worker_init_fn = partial(_tell_worker, crashed=dict(_crashed), then=tell)


def _tell_worker(worker_id: int, crashed: dict[str, str], then) -> None:
    """First act of a new worker, however it was started: learn which files to leave alone."""
    _crashed.update(crashed)
    if then is not None:
        then(worker_id)


def _report(pids: list[int], code: int = 0) -> str:
    """torch's own words, which :mod:`mmav_coattn.cli.run_tool` makes a sentence of."""
    names = ', '.join(map(str, pids))
    if code < 0:
        return f'DataLoader worker (pid {names}) is killed by signal: {signal.strsignal(-code)}. '
    return f'DataLoader worker (pid(s) {names}) exited unexpectedly'


@contextmanager
def _reports_welcome():
    global _waiting
    before, _waiting = _waiting, True
    try:
        yield
    finally:
        _waiting = before


def _hold_back_reports() -> None:
    """Let torch raise a worker's death only where a loader waits, not within a training step.

    torch raises it from a signal handler, in whatever the trainer is doing then, an update of half
    of the weights included.
    """
    try:
        handler = signal.getsignal(signal.SIGCHLD)
        if getattr(handler, 'holds_back', False) or not callable(handler):
            return

        def handle(number, frame) -> None:
            try:
                handler(number, frame)
            except RuntimeError as error:
                if _waiting or not str(error).startswith(_DEATH):
                    raise

        handle.holds_back = True
        signal.signal(signal.SIGCHLD, handle)
    except ValueError:
        return  # not the main thread, in which torch installs no handler either
