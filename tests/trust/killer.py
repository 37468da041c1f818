"""Ends a training as the system would, at the worst moment: while a checkpoint is being saved."""

import os
import signal

from mmaction.registry import HOOKS
from mmengine.hooks import Hook


@HOOKS.register_module()
class KillDuringSaveHook(Hook):
    """SIGKILL in the n-th save, n from ``KILL_IN_SAVE``: before it is on disk, or half written.

    Other than in that variable's presence it does nothing.
    """

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
