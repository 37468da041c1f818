"""The offset between audio and video, read off by sliding."""

from typing import Any

import numpy as np
from mmaction.registry import METRICS

from .file_metric import FileMetric, finite_scores


@METRICS.register_module()
class OffsetMetric(FileMetric):
    """Offset by sliding: the audio goes along the video and the best score is the answer.

    Needs of each data sample ``relpath``, ``sync_scores`` (J,) and ``shift`` (J,), s, as
    :class:`SlideSyncWindows` makes them of a file. Figures under the prefix ``offset/``: ``acc1``,
    the shift of the highest score is 0; ``acc1_tol``, within the tolerance; ``median_abs_error``,
    s; ``chance_acc1`` and ``chance_acc1_tol``, of guessing a shift; ``num_files``, ``left_out``.

    Args:
        tolerance (float): Error that still counts in ``acc1_tol``, s: one frame.
        **kwargs: See :class:`FileMetric`.

    Raises:
        UserError: At the end, if not one file could be used.
        ValueError: If a score is not finite; the message names the file.
    """

    default_prefix = 'offset'

    def __init__(self, tolerance: float = 0.04, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tolerance = tolerance

    def measure(self, sample: dict, name: str, data_batch: Any, index: int) -> dict:
        shifts, scores = np.asarray(sample['shift']), finite_scores(sample['sync_scores'], name)
        order = np.argsort(shifts)
        return dict(shifts=shifts[order], scores=scores[order])

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """Figures of all files, whose true offset is 0; of equal scores the middle (lower) one."""
        used, left_out = self.split(results)
        errors, exact, near = [], [], []
        for distances, scores in ((np.abs(each['shifts']), each['scores']) for each in used):
            top = np.flatnonzero(scores == scores.max())
            errors.append(distances[top[(len(top) - 1) // 2]])
            exact.append(np.mean(distances < 1e-6))
            near.append(np.mean(distances <= self.tolerance + 1e-6))
        error = np.array(errors)
        return dict(
            acc1=float((error < 1e-6).mean()),
            acc1_tol=float((error <= self.tolerance + 1e-6).mean()),
            median_abs_error=float(np.median(error)),
            chance_acc1=float(np.mean(exact)),
            chance_acc1_tol=float(np.mean(near)),
            num_files=float(len(used)),
            left_out=float(left_out),
        )
