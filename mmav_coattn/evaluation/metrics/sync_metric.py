"""The pretext metric: in sync or shifted, beside its blind controls."""

from typing import Any

import numpy as np
from mmaction.registry import METRICS

from mmav_coattn.evaluation.functional import binary_sync_metrics

from .file_metric import FileMetric, finite_scores, to_array

#: Controls: nothing to see, nothing to hear, the first frame repeated.
CONTROLS = ('video_blank', 'audio_blank', 'video_still')


@METRICS.register_module()
class SyncMetric(FileMetric):
    """Accuracy of the in-sync / shifted decision.

    Needs of each data sample ``sync_scores`` (1+K,), ``sync_label`` (1+K,) and ``shift`` (1+K,), s.
    If the model adds ``sync_scores_NAME`` of :data:`CONTROLS`, they are reported as well; they
    belong at chance, whatever is above shows a leak.

    Figures, each under the prefix ``sync/`` and balanced for any K, so that chance is 0.5, or ln 2
    of the cross-entropy (:func:`~mmav_coattn.evaluation.functional.binary_sync_metrics`):
    ``accuracy``, ``auroc``, ``pair_accuracy``, ``cross_entropy``, ``accuracy_|shift|_LOW-HIGH`` for
    each bin that has a pair, ``accuracy_video_blank``, ``auroc_video_blank`` and the same for the
    others; besides ``num_clips``, ``num_pairs`` and the number of files ``left_out``.

    Raises:
        UserError: At the end, if not one file could be used.
        ValueError: If a score is not finite; the message names the file.
    """

    default_prefix = 'sync'

    def measure(self, sample: dict, name: str, data_batch: Any, index: int) -> dict:
        result = dict(
            label=to_array(sample['sync_label']),
            shift=to_array(sample['shift']),
            scores=finite_scores(sample['sync_scores'], name),
        )
        for control in CONTROLS:
            if f'sync_scores_{control}' in sample:
                result[control] = finite_scores(sample[f'sync_scores_{control}'], name)
        return result

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        used, left_out = self.split(results)
        labels, shifts, scores = (
            np.stack([result[key] for result in used]) for key in ('label', 'shift', 'scores')
        )
        figures = binary_sync_metrics(scores, labels, shifts)
        for (low, high), accuracy in figures.pop('bins').items():
            figures[f'accuracy_|shift|_{low:g}-{high:g}'] = accuracy
        for control in CONTROLS:
            if control in used[0]:
                blind = binary_sync_metrics(np.stack([r[control] for r in used]), labels)
                figures[f'accuracy_{control}'] = blind['accuracy']
                figures[f'auroc_{control}'] = blind['auroc']
        figures['left_out'] = left_out
        # All as float: mmengine turns whole numbers into numpy's, and those into null in its JSON.
        return {name: float(value) for name, value in figures.items()}
