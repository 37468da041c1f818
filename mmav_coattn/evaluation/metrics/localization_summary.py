"""Figures of a whole test set from the scores of its clips, and the table that is logged."""

from collections.abc import Sequence

import numpy as np

from mmav_coattn.evaluation.functional.detection import detection_ap_max_f1
from mmav_coattn.evaluation.functional.localization import ciou_success_and_auc
from mmav_coattn.evaluation.functional.negative_audio import (
    best_map_threshold,
    negative_audio_scores,
)

from .clip_predictors import PREDICTORS


def summarise_predictor(clips: Sequence[dict], column: int) -> dict[str, float]:
    """Figures of the predictor of a column, see :class:`SoundLocalizationMetric`.

    Clips have ``sources`` (M,), ``scores`` (M, predictors, 3): adaptive cIoU, top-half cIoU, hit.
    """
    scores = np.concatenate([clip['scores'][:, column] for clip in clips])
    adaptive, half = ciou_success_and_auc(scores[:, 0]), ciou_success_and_auc(scores[:, 1])
    figures = dict(
        adaptive_ciou50=adaptive['ciou50'],
        adaptive_auc=adaptive['auc'],
        ciou50=half['ciou50'],
        auc=half['auc'],
        mean_ciou=half['mean_ciou'],
        pointing=float(scores[:, 2].mean()),
    )
    # Of a clip with several sources the worst one counts.
    worst = []
    for clip in clips:
        found = np.unique(clip['sources'])
        if len(found) > 1:
            own = clip['scores'][:, column, 0]
            worst.append(min(own[clip['sources'] == source].mean() for source in found))
    if worst:
        success = ciou_success_and_auc(worst)
        figures |= dict(adaptive_iiou50=success['ciou50'], adaptive_iiou_auc=success['auc'])
    return figures


def summarise_detection(
    clips: Sequence[dict], silent: Sequence[dict]
) -> dict[str, dict[str, float]]:
    """AP and maximal F1 by predictor, with clips mixed in whose audio has no source in sight.

    The trivial baselines have a constant confidence.
    """
    confidences = np.array([clip['confidence'] for clip in [*clips, *silent]])
    has_source = [True] * len(clips) + [False] * len(silent)
    rows = {}
    for column, predictor in enumerate(PREDICTORS):
        cious = [clip['scores'][:, column, 0].mean() for clip in clips] + [0.0] * len(silent)
        own = confidences if predictor == 'model' else np.zeros_like(confidences)
        rows[predictor] = detection_ap_max_f1(own, cious, has_source)
    return rows


def summarise_negative_audio(
    clips: Sequence[dict], silent: Sequence[dict], thresholds: np.ndarray
) -> dict[str, dict[str, float]]:
    """Figures of :func:`negative_audio_scores` by predictor at the best of thresholds (K,).

    Clips are as in :func:`summarise_predictor`, with ``cious_at`` (M, K) of the model's maps and
    ``areas_at`` (K,) of its mean map; those without a source in sight have ``kind`` and
    ``areas_at``. The model has ``map_threshold`` as well.
    """
    cious = np.concatenate([clip['cious_at'] for clip in clips])
    positives = np.array([clip['areas_at'] for clip in clips])
    negatives = {
        kind: np.array([clip['areas_at'] for clip in silent if clip['kind'] == kind])
        for kind in sorted({clip['kind'] for clip in silent})
    }
    chosen = best_map_threshold(cious, positives, negatives, thresholds)
    at = int(np.flatnonzero(thresholds == chosen)[0])
    at_threshold = {kind: areas[:, at] for kind, areas in negatives.items()}
    figures = negative_audio_scores(cious[:, at], positives[:, at], at_threshold)
    rows = dict(model=dict(figures, map_threshold=chosen))
    # Baselines that predict the same share of every image, as the binarisation of that column does.
    for predictor, score, area in (('centre_disc', 1, 0.5), ('whole_image', 0, 1.0)):
        column = PREDICTORS.index(predictor)
        rows[predictor] = negative_audio_scores(
            np.concatenate([clip['scores'][:, column, score] for clip in clips]),
            np.full(len(clips), area),
            {kind: np.full(len(areas), area) for kind, areas in negatives.items()},
        )
    return rows


def format_table(rows: dict[str, dict[str, float]]) -> str:
    """One line a predictor, one column a figure of the model."""
    names = list(rows['model'])
    lines = ['predictor'.ljust(24) + ''.join(f'{name:>18}' for name in names)]
    for predictor, row in rows.items():
        cells = [f'{row[name]:18.4f}' if name in row else ' ' * 18 for name in names]
        lines.append(predictor.ljust(24) + ''.join(cells).rstrip())
    return '\n'.join(lines)
