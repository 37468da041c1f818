"""Ends a training while it saves a checkpoint, or its loader while it reads a file."""

import os
import signal
from pathlib import Path

from mmaction.registry import HOOKS, TRANSFORMS
from mmengine.hooks import Hook


@HOOKS.register_module()
class KillDuringSaveHook(Hook):
    """SIGKILL in the n-th save, n from ``KILL_IN_SAVE``: before it is on disk, or half written."""

    def before_train(self, runner):
        self.left = int(os.environ.get('KILL_IN_SAVE', 0))
        if not self.left:
            return
        fsync = os.fsync

        def dying_fsync(handle):
            self.left -= 1
            if not self.left:
                if os.environ.get('KILL_WITH_HALF_A_FILE'):
                    os.ftruncate(handle, os.fstat(handle).st_size // 2)
                os.kill(os.getpid(), signal.SIGKILL)
            fsync(handle)

        os.fsync = dying_fsync


@TRANSFORMS.register_module()
class CrashOn:
    """Ends the process that reads a file of this name, as a decoder that crashes does."""

    def __init__(self, name):
        self.name = name

    def __call__(self, results):
        if Path(results['filename']).name == self.name:
            os.kill(os.getpid(), signal.SIGSEGV)
        return results
