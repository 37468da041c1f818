"""The pretext metric: in sync or shifted, beside its blind controls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmaction.registry import METRICS
from mmengine.evaluator import BaseMetric
from mmengine.logging import MMLogger

from mmav_coattn.errors import UserError
from mmav_coattn.evaluation.functional import binary_sync_metrics

from .left_out import count_reasons, describe_left_out

#: Blind controls: the suffix of their scores in the data sample and of their figures here.
CONTROLS = ('video_blank', 'audio_blank', 'video_still')


@METRICS.register_module()
class SyncMetric(BaseMetric):
    """Accuracy of the in-sync / shifted decision.

    Needs of each data sample ``sync_scores`` (1+K,), ``sync_label`` (1+K,) and ``shift`` (1+K,), s.
    If the model adds ``sync_scores_video_blank``, ``sync_scores_audio_blank`` and
    ``sync_scores_video_still`` (the first frame repeated), these controls are reported as well;
    they belong at chance, whatever is above shows a leak. A sample with
    ``unusable=(reason, sentence)`` is left out, counted, and named in the log.

    Figures, each under the prefix ``sync/`` and balanced for any K, so that chance is 0.5
    (:func:`~mmav_coattn.evaluation.functional.binary_sync_metrics`): ``accuracy``, ``auroc``,
    ``pair_accuracy``, ``cross_entropy``, ``accuracy_|shift|_LOW-HIGH`` for each bin that has a
    pair, ``accuracy_video_blank``, ``auroc_video_blank`` and the same for the others;
    besides ``num_clips``, ``num_pairs`` and ``left_out``, the number of files that were left out.

    Args:
        shift_bins (Sequence[float]): Edges between the bins of abs(shift), rising, s.
        num_listed (int): Left-out files to name in the log; the others are only counted.
        collect_device (str): ``'cpu'`` or ``'gpu'``, to collect from several processes.
        prefix (str, optional): Replaces the prefix ``sync``.
        collect_dir (str, optional): Shared folder for collecting on ``'cpu'``.

    Raises:
        UserError: At the end, if not one file could be used.
        ValueError: If a score is not finite; the message names the file.
    """

    default_prefix = 'sync'

    def __init__(
        self,
        shift_bins: Sequence[float] = (0.2, 0.4, 0.6, 0.8, 1.2, 1.6, 2.0),
        num_listed: int = 10,
        collect_device: str = 'cpu',
        prefix: str | None = None,
        collect_dir: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix, collect_dir=collect_dir)
        self.shift_bins = tuple(shift_bins)
        self.num_listed = num_listed

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Store one small result a sample, also for those left out.

        One each, because mmengine cuts the collected results to the size of the data set, which
        drops the samples that the sampler repeated to give all processes the same number.

        Args:
            data_batch (Any): Not used.
            data_samples (Sequence[dict]): See the class.
        """
        for sample in data_samples:
            name = sample.get('relpath', sample.get('filename', ''))
            if sample.get('unusable') is not None:
                reason, sentence = sample['unusable']
                self.results.append(dict(name=name, reason=reason, sentence=sentence))
                continue
            result = dict(
                name=name,
                label=_to_array(sample['sync_label']),
                shift=_to_array(sample['shift']),
                scores=_finite_scores(sample['sync_scores'], name),
            )
            for control in CONTROLS:
                if f'sync_scores_{control}' in sample:
                    result[control] = _finite_scores(sample[f'sync_scores_{control}'], name)
            self.results.append(result)

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        """Compute the figures of the whole data set.

        Args:
            results (list[dict]): What :meth:`process` stored, of all processes.

        Returns:
            dict: Figures by name, without the prefix.
        """
        left_out = [result for result in results if 'reason' in result]
        used = [result for result in results if 'reason' not in result]
        if not used:
            first = f' The first: {left_out[0]["sentence"]}' if left_out else ''
            raise UserError(
                f'None of the {len(results)} files of the evaluation could be used '
                f'({count_reasons(left_out)}). Check the data set of the evaluator.{first}'
            )
        if left_out:
            told = describe_left_out(left_out, len(results), self.num_listed)
            MMLogger.get_current_instance().warning(f'{self.prefix}: {told}')

        labels = np.stack([result['label'] for result in used])
        shifts = np.stack([result['shift'] for result in used])
        scores = np.stack([result['scores'] for result in used])
        figures = binary_sync_metrics(scores, labels, shifts, self.shift_bins)
        bins = figures.pop('bins')
        counts = {name: figures.pop(name) for name in ('num_clips', 'num_pairs')}
        for each in bins:
            figures[f'accuracy_|shift|_{each["low"]:g}-{each["high"]:g}'] = each['accuracy']
        for control in CONTROLS:
            if control in used[0]:
                blind = binary_sync_metrics(np.stack([r[control] for r in used]), labels)
                figures[f'accuracy_{control}'] = blind['accuracy']
                figures[f'auroc_{control}'] = blind['auroc']
        self._log_bins(bins, counts)
        figures |= {**counts, 'left_out': len(left_out)}
        # All as float: mmengine turns whole numbers into numpy's, and those into null in its JSON.
        return {name: float(value) for name, value in figures.items()}

    def _log_bins(self, bins: list[dict], counts: dict[str, int]) -> None:
        cells = [
            f'{each["low"]:g}-{each["high"]:g} s: {each["accuracy"]:.3f} (N={each["num_pairs"]})'
            for each in bins
        ]
        MMLogger.get_current_instance().info(
            f'{self.prefix}: {counts["num_clips"]} clips, {counts["num_pairs"]} pairs; accuracy by '
            f'|shift|: {", ".join(cells)}'
        )


def _to_array(values: Any) -> np.ndarray:
    if hasattr(values, 'detach'):  # bfloat16 has no numpy counterpart
        values = values.detach().float().cpu().numpy()
    return np.asarray(values, dtype=np.float64)


def _finite_scores(values: Any, name: str) -> np.ndarray:
    scores = _to_array(values)
    if not np.isfinite(scores).all():
        raise ValueError(
            f'{name}: the sync scores are {scores.tolist()}. The model has diverged: lower the '
            f'learning rate, clip gradients, or train without mixed precision.'
        )
    return scores
