"""Localisation of sound sources, beside trivial baselines on the same frames."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmaction.registry import METRICS
from mmengine.logging import MMLogger

from mmav_coattn.errors import ConfigError, UserError
from mmav_coattn.evaluation.functional.localization import consensus_ciou, consensus_map
from mmav_coattn.evaluation.functional.localization_scores import best_assignment, score_heatmap
from mmav_coattn.evaluation.functional.negative_audio import MAP_THRESHOLDS, threshold_curves

from .clip_predictors import PREDICTORS, SPLIT_PREDICTORS, maps_at, predictor_maps
from .file_metric import FileMetric, to_array
from .localization_summary import (
    format_table,
    summarise_detection,
    summarise_negative_audio,
    summarise_predictor,
)

_PACKING = (
    'add LocalizationTargets to the test pipeline, and {!r} to extra_meta_keys of '
    'PackAudioVisualInputs'
)


@METRICS.register_module()
class SoundLocalizationMetric(FileMetric):
    """Where the audio is made, whether its source is in sight, and what trivial baselines score.

    Needs of each data sample ``sound_map`` (1+K, T', H', W') and ``map_confidence`` (1+K,), of
    which window 0, the in-sync one, is read (``model.test_cfg.return_map=True``), and the meta
    information of :class:`LocalizationTargets`, ``localization_targets`` and ``has_source``,
    besides ``window_starts`` and ``clip_seconds`` (``PackAudioVisualInputs.extra_meta_keys``); of
    the batch ``imgs`` and ``audio``, for the trivial baselines. What has no target to look for (a
    clip in which nothing happens, a box outside the frame) is counted.

    Figures, under the prefix ``localization/``; all masks are made by rank, ties by index
    (*Figures* in configs/localization/README.md says what each means): ``adaptive_ciou50``,
    ``adaptive_auc``, ``ciou50``, ``auc``, ``mean_ciou``, ``pointing``; ``adaptive_iiou50`` where a
    clip has several sources; ``ap``, ``max_f1`` where clips without a source are mixed in; each
    again with the name of a trivial baseline behind it (:data:`~.clip_predictors.PREDICTORS`);
    those of :func:`~mmav_coattn.evaluation.functional.negative_audio_scores` with
    ``map_threshold``; ``num_targets``, ``num_clips``, ``num_silent``, ``num_without_target``,
    ``left_out``.

    A target is boxes or a mask (:func:`read_mask`). With ``num_sources`` the maps of
    the model, of motion and of onsets are also split into maps of so many sources (rows ending in
    ``_split``). Nobody says which map is which source's: the best assignment of a clip counts.

    Args:
        size (int): Side at which maps and boxes are compared, px.
        num_sources (int, optional): See above.
        map_threshold (float or str, optional): Threshold of the raw map for the whole set, nats for
            a :class:`CoAttentionNeck` without ``map_refiner``, or ``'choose'`` for the best on
            these very clips, which must be validation clips.
        **kwargs: See :class:`FileMetric`.

    Raises:
        ConfigError: If ``map_threshold`` is neither a number nor ``'choose'``.
        UserError: If the model gave no map, there are no targets, or none is left.
        ValueError: If a map is not finite; the message names the file.
    """

    default_prefix = 'localization'
    REMEDIES = {
        'sound_map': 'set model.test_cfg.return_map=True',
        'localization_targets': _PACKING.format('localization_targets'),
        'has_source': _PACKING.format('has_source'),
    }

    def __init__(
        self,
        size: int = 224,
        num_sources: int | None = None,
        map_threshold: float | str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not (map_threshold in (None, 'choose') or isinstance(map_threshold, int | float)):
            raise ConfigError(
                f'{type(self).__name__}: map_threshold={map_threshold!r} must be a number, '
                "'choose' or None."
            )
        self.map_threshold = map_threshold
        self.thresholds = MAP_THRESHOLDS
        if map_threshold != 'choose':
            self.thresholds = np.array([] if map_threshold is None else [float(map_threshold)])
        self.size = size
        self.num_sources = num_sources
        self.predictors = PREDICTORS + (SPLIT_PREDICTORS if num_sources else ())

    def measure(self, sample: dict, name: str, data_batch: Any, index: int) -> dict:
        """Score one clip; of the batch ``imgs`` (1, C, T, H, W) and ``audio`` (S,) are read."""
        maps = sample['sound_map'][0].float().cpu().numpy().astype(np.float64)
        confidence = float(sample['map_confidence'][0])
        if not (np.isfinite(maps).all() and np.isfinite(confidence)):
            raise ValueError(
                f'{name}: the map of where the audio is made is not finite. The model has '
                'diverged: lower the learning rate or train without mixed precision.'
            )
        imgs, own = data_batch['inputs']['imgs'][index], sample.get('source_maps')
        clip = predictor_maps(
            maps,
            imgs.reshape(imgs.shape[-4:]).cpu().numpy(),
            data_batch['inputs']['audio'][index].cpu().numpy(),
            self.size,
            self.num_sources,
            None if own is None else to_array(own),
        )
        sources, scores, cious = self._score_clip(clip, sample)
        return dict(
            kind=str(sample.get('silent_kind', 'silent')),
            has_source=bool(sample['has_source']),
            confidence=confidence,
            sources=sources,
            scores=scores,
            cious_at=cious,
            areas_at=self._at_thresholds(clip, None)[1],
        )

    def _score_clip(
        self, clip: dict[str, np.ndarray], sample: dict
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Sources (M,) and scores (M, predictors, 3) of targets, cIoU at thresholds (M, K)."""
        start, seconds = float(sample['window_starts'][0]), sample['clip_seconds']
        sources, pairs = [], []
        for target in sample['localization_targets']:
            if 'mask' in target:
                truth = read_mask(target['mask'], self.size)
            else:
                truth = consensus_map(target['boxes'], target['annotators'], self.size)
            if truth.any():
                time = target['time']
                sources.append(target['source'])
                pairs.append((None if time is None else (time - start) / seconds, truth))
        numbers = np.array(sources, dtype=int)
        scores = np.zeros((len(sources), len(self.predictors), 3))
        # Each source is judged by one map for the whole clip, as suits all best.
        found, number = np.unique(numbers, return_inverse=True)
        for column, predictor in enumerate(self.predictors if sources else ()):
            # (M, maps, 3)
            by_map = np.array([self._score(clip, predictor, *pair) for pair in pairs])
            values = np.stack([by_map[numbers == source, :, 0].mean(axis=0) for source in found])
            chosen = np.array(best_assignment(values))[number]
            scores[:, column] = by_map[np.arange(len(numbers)), chosen]
        cious = [self._at_thresholds(clip, *pair)[0] for pair in pairs]
        return numbers, scores, np.reshape(cious, (len(numbers), len(self.thresholds)))

    def _at_thresholds(
        self, clip: dict[str, np.ndarray], position: float | None, truth: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Consensus IoU and share of the image (K,) of the model's map at each threshold."""
        if not len(self.thresholds):
            return np.zeros(0), np.zeros(0)
        heatmap = maps_at(clip['model'], position, self.size)[0]
        truth = np.zeros_like(heatmap) if truth is None else truth
        return threshold_curves(heatmap, truth, self.thresholds)

    def _score(
        self, clip: dict[str, np.ndarray], predictor: str, position: float | None, truth: np.ndarray
    ) -> list[tuple[float, float, float]]:
        """Scores of each map of a predictor: adaptive, half, hit."""
        if predictor == 'whole_image':
            ciou = consensus_ciou(np.ones(truth.shape, dtype=bool), truth)
            return [(ciou, ciou, float(truth[self.size // 2, self.size // 2] > 0))]
        maps = maps_at(clip[predictor], position, self.size)
        return [score_heatmap(each, truth) for each in maps]

    def compute_metrics(self, results: list[dict]) -> dict[str, float]:
        used, left_out = self.split(results)
        clips = [result for result in used if result['has_source'] and len(result['sources'])]
        silent = [result for result in used if not result['has_source']]
        if not clips:
            raise UserError(
                f'None of the {len(results)} clips has a source in sight to look for. Check the '
                'data set of the evaluator.'
            )
        columns = enumerate(self.predictors)
        rows = {predictor: summarise_predictor(clips, column) for column, predictor in columns}
        for predictor, figures in (summarise_detection(clips, silent) if silent else {}).items():
            rows[predictor] |= figures
        counts = dict(
            num_targets=sum(len(clip['sources']) for clip in clips),
            num_clips=len(clips),
            num_silent=len(silent),
            num_without_target=len(used) - len(clips) - len(silent),
            left_out=left_out,
        )
        told = ', '.join(f'{name} {value}' for name, value in counts.items())
        MMLogger.get_current_instance().info(f'{self.prefix}: {told}\n{format_table(rows)}')
        if silent and self.map_threshold is not None:
            at_threshold = summarise_negative_audio(clips, silent, self.thresholds)
            for predictor, figures in at_threshold.items():
                rows[predictor] |= figures
        figures = {
            name if predictor == 'model' else f'{name}_{predictor}': float(value)
            for predictor, row in rows.items()
            for name, value in row.items()
        }
        return figures | {name: float(value) for name, value in counts.items()}


def read_mask(source: str | Sequence[np.ndarray], size: int) -> np.ndarray:
    """Mask of what sounds (size, size), 0 or 1, from outlines (K, 2) in fractions or an image file.

    An image is enlarged by nearest pixels. What is not black counts; in a JPEG at least half white.

    Raises:
        UserError: If the file cannot be read.
    """
    import cv2

    if not isinstance(source, str):
        mask = np.zeros((size, size))
        for outline in source:
            cv2.fillPoly(mask, [np.round(np.array(outline) * size - 0.5).astype(np.int32)], 1.0)
        return mask
    image = cv2.imread(source, cv2.IMREAD_COLOR)
    if image is None:
        raise UserError(f'{source}: this mask cannot be read.')
    lowest = 128 if source.lower().endswith(('.jpg', '.jpeg')) else 1
    mask = (image.max(axis=2) >= lowest).astype(np.float64)
    return cv2.resize(mask, (size, size), interpolation=cv2.INTER_NEAREST)
