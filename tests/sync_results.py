"""Results of measurements that nobody made."""

import numpy as np

from mmav_coattn.apis.sync_result import Drift, Piece, SyncResult

#: Two ways in which an offset may change along a file.
JUMP = [Piece(0.0, 12.5, 0.02, 0.8), Piece(12.5, 20.0, -0.24, 0.7)]
DRIFT = Drift(0.001, 0.2, 0.8)


def sync_result(path='a.mp4', offset=0.0, **changes):
    """A file of one clip whose offset is this, None for unknown; fields may be changed."""
    shifts = np.linspace(-1, 1, 51)
    answer = dict(offset=offset, confidence=0.9, best=offset or 0.0, at_edge=False)
    curve = dict(step=0.04, shifts=shifts, curve=4 - shifts**2)
    windows = dict(window_times=np.zeros(1), window_scores=np.zeros((1, 51)))
    course = dict(pieces=[], drift=None, notes=[])
    return SyncResult(str(path), **answer | curve | windows | course | changes)
