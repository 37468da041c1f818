"""How fast training goes, what it waits for, and how much memory it takes."""

from __future__ import annotations

import resource
import time
from collections import deque

import torch
from mmaction.registry import HOOKS
from mmengine.dist import get_world_size
from mmengine.hooks import Hook


@HOOKS.register_module()
class ThroughputHook(Hook):
    """Put three figures into each line of the training log.

    - ``clips_per_second``: clips of all processes over the wall time of the last iterations;
    - ``data_wait``: the share of that time in which this process waited for the loader. Well above
      0.1 means that more workers, or prepared videos, would make training faster;
    - ``peak_memory``: most memory so far in MiB: of the GPU by tensors, or without one resident in
      this process (its workers not counted).

    Args:
        window_size (int): Iterations that are averaged over.
    """

    #: Before the LoggerHook (BELOW_NORMAL) reads the figures.
    priority = 'NORMAL'

    def __init__(self, window_size: int = 20) -> None:
        self.window: deque[tuple[int, float, float]] = deque(maxlen=window_size)
        self._clock = time.perf_counter
        self._last = self._ready = 0.0

    def before_train_epoch(self, runner) -> None:
        """Begin to wait for the first batch."""
        self._last = self._clock()

    def before_train_iter(self, runner, batch_idx: int, data_batch=None) -> None:
        """The batch has come."""
        self._ready = self._clock()

    def after_train_iter(self, runner, batch_idx: int, data_batch=None, outputs=None) -> None:
        """Update the figures."""
        now = self._clock()
        clips = len(data_batch['data_samples']) * get_world_size()
        self.window.append((clips, now - self._last, self._ready - self._last))
        self._last = now
        clips, seconds, waited = (sum(column) for column in zip(*self.window, strict=True))
        update = runner.message_hub.update_scalar
        update('train/clips_per_second', clips / seconds)
        update('train/data_wait', waited / seconds)
        update('train/peak_memory', peak_memory_mib())


def peak_memory_mib() -> float:
    """Most memory so far, MiB: of tensors on the GPU, or resident in this process (Linux)."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
