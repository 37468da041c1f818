"""Figures of a whole test set from the scores of its clips, and the table that is logged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmav_coattn.evaluation.functional import (
    best_confidence_threshold,
    best_map_threshold,
    ciou_success_and_auc,
    detection_ap_max_f1,
    every_source_success,
    negative_audio_scores,
)

from .clip_predictors import PREDICTORS


def summarise_predictor(clips: Sequence[dict], column: int) -> dict[str, float]:
    """Figures of the predictor of a column, see :class:`SoundLocalizationMetric`.

    Clips have ``sources`` (M,) and ``scores`` (M, predictors, 3): adaptive cIoU, cIoU of the top
    half, hit.
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
    cious, images = [], []
    for number, clip in enumerate(clips):
        found = np.unique(clip['sources'])
        if len(found) > 1:
            cious += [clip['scores'][clip['sources'] == s, column, 0].mean() for s in found]
            images += [number] * len(found)
    if cious:
        success = every_source_success(cious, images)
        figures |= dict(adaptive_iiou50=success['iiou'], adaptive_iiou_auc=success['iiou_auc'])
    return figures


def summarise_detection(
    clips: Sequence[dict], silent: Sequence[dict]
) -> dict[str, dict[str, float]]:
    """AP and maximal F1 with clips mixed in whose audio has no source in sight.

    Clips are those of :func:`summarise_predictor`, with ``confidence`` and ``motion_confidence``;
    those without a source have these, and a ``kind``.

    Returns:
        dict[str, dict[str, float]]: By predictor. The model has ``ap`` and ``max_f1``, both again
        for each kind alone where there are several, and both with a constant confidence; and
        ``max_f1_confidence``, the threshold of that F1. Trivial baselines without a
        confidence have a constant one.
    """
    has_source = np.array([True] * len(clips) + [False] * len(silent))
    kinds = [clip['kind'] for clip in silent]

    def judge(column: int, confidence: str | None, kept: np.ndarray) -> dict[str, float]:
        cious = [float(clip['scores'][:, column, 0].mean()) for clip in clips] + [0.0] * len(silent)
        values = [0.0 if confidence is None else x[confidence] for x in [*clips, *silent]]
        return detection_ap_max_f1(np.array(values)[kept], np.array(cious)[kept], has_source[kept])

    everything = np.ones(len(has_source), dtype=bool)
    confidences = dict(model='confidence', motion_energy='motion_confidence')
    figures = {
        predictor: judge(column, confidences.get(predictor), everything)
        for column, predictor in enumerate(PREDICTORS)
    }
    figures['model']['max_f1_confidence'] = best_confidence_threshold(
        [x['confidence'] for x in [*clips, *silent]],
        [float(clip['scores'][:, 0, 0].mean()) for clip in clips] + [0.0] * len(silent),
        has_source,
    )
    constant = judge(0, None, everything)
    figures['model'] |= {f'{name}_constant': value for name, value in constant.items()}
    if len(set(kinds)) > 1:
        for kind in sorted(set(kinds)):
            kept = has_source | np.array([False] * len(clips) + [each == kind for each in kinds])
            alone = judge(0, 'confidence', kept)
            figures['model'] |= {f'{name}_{kind}': value for name, value in alone.items()}
    return figures


def summarise_negative_audio(
    clips: Sequence[dict], silent: Sequence[dict], thresholds: np.ndarray
) -> dict[str, dict[str, float]]:
    """Figures at one threshold of the raw map, with clips mixed in that have no source in sight.

    Args:
        clips (Sequence[dict]): As in :func:`summarise_predictor`, with ``cious_at`` (M, K) of the
            model's maps and ``areas_at`` (K,) of its mean map.
        silent (Sequence[dict]): With ``kind`` and ``areas_at``.
        thresholds (np.ndarray): (K,). Of several, the best one is chosen.

    Returns:
        dict[str, dict[str, float]]: By predictor; see
        :func:`~mmav_coattn.evaluation.functional.negative_audio_scores`. The model has
        ``map_threshold`` as well.
    """
    kinds = sorted({clip['kind'] for clip in silent})
    cious = np.concatenate([clip['cious_at'] for clip in clips])
    positives = np.array([clip['areas_at'] for clip in clips])
    negatives = {
        kind: np.array([clip['areas_at'] for clip in silent if clip['kind'] == kind])
        for kind in kinds
    }
    chosen = best_map_threshold(cious, positives, negatives, thresholds)
    at = int(np.flatnonzero(thresholds == chosen)[0])
    figures = negative_audio_scores(
        cious[:, at], positives[:, at], {kind: areas[:, at] for kind, areas in negatives.items()}
    )
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


def format_negative_audio(rows: dict[str, dict[str, float]]) -> str:
    """One line for each predictor and kind of negatives, of :func:`summarise_negative_audio`."""
    lines = {}
    for predictor, figures in rows.items():
        for kind in [name[3:] for name in figures if name.startswith('f1_')]:
            names = ('pia', 'pia_auc', 'f', 'f_auc', 'f1')
            lines[f'{predictor}, {kind}'] = dict(
                ciou_at_threshold=figures['ciou_at_threshold'],
                **{name: figures[f'{name}_{kind}'] for name in names},
            )
    return format_table(lines)


def format_table(rows: dict[str, dict[str, float]]) -> str:
    """One line a predictor, one column a figure that at least two predictors have.

    Figures of the model alone follow in a line of their own.
    """
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    shared = [name for name in names if sum(name in row for row in rows.values()) > 1]
    width = max(len(name) for name in ['predictor', *rows]) + 1
    lines = ['predictor'.ljust(width) + ''.join(f'{name:>18}' for name in shared)]
    for predictor, row in rows.items():
        cells = [f'{row[name]:18.4f}' if name in row else ' ' * 18 for name in shared]
        lines.append(predictor.ljust(width) + ''.join(cells).rstrip())
    alone = {name: row[name] for row in rows.values() for name in row if name not in shared}
    if alone:
        lines.append(', '.join(f'{name} {value:.4f}' for name, value in alone.items()))
    return '\n'.join(lines)
