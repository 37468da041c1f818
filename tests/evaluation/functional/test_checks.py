"""A NaN must become an error, never a score; so must whatever else has no figure."""

import numpy as np
import pytest

from mmav_coattn.evaluation import functional as ef
from mmav_coattn.evaluation.functional.localization_scores import best_assignment, score_heatmap
from mmav_coattn.evaluation.functional.negative_audio import negative_audio_scores, threshold_curves
from mmav_coattn.evaluation.functional.offset_curve import Confidence, estimate_offset
from mmav_coattn.evaluation.functional.separation import si_sdr

ONES, NAN, I3 = np.ones((2, 2)), np.nan, np.eye(3)


@pytest.mark.parametrize(
    ('function', 'arguments', 'words'),
    [
        (ef.binarize_top_fraction, [[NAN, 1.0]], r'heatmap: expected 2 axes, .* \(2,\)'),
        (ef.binarize_top_fraction, [[[0, NAN], [np.inf, 1]]], r'heatmap: 2 of 4 .* \(0, 1\)'),
        (ef.binarize_top_fraction, [ONES, 1.5], r'fraction must lie in \[0, 1\], got 1.5'),
        (ef.binary_sync_metrics, [[[1.0, NAN]], [[1, 0]]], 'scores: .* not finite'),
        (ef.binary_sync_metrics, [[[1.0, 0.0]], [[1, 1]]], 'each row must hold exactly one 1'),
        (ef.binary_sync_metrics, [[[1.0]], [[1]]], 'at least one shifted audio'),
        (ef.binary_sync_metrics, [[[1, 0]], [[1, 0, 0]]], r'scores \(1, 2\), labels \(1, 3\)'),
        (ef.binary_sync_metrics, [[[1.0, 0.0]], [[1, 0]], [[0.0]]], 'shapes must be equal'),
        (ef.ciou_success_and_auc, [[]], 'cious: the array is empty'),
        (ef.ciou_success_and_auc, [[0.5, -0.1]], r'cious: values must .* got -0\.1 to 0\.5'),
        (ef.ciou_success_and_auc, [[1.2]], 'cious: values must lie'),
        (ef.consensus_ciou, [ONES, np.ones((2, 3))], 'shapes must be equal'),
        (ef.consensus_ciou, [ONES, 2 * ONES], 'gt_map: values must lie'),
        (ef.consensus_ciou, [0.3 * ONES, ONES], 'must be a mask of 0 and 1'),
        (ef.consensus_map, [[[0, 0, 1]]], r'expected rows \(x0, y0, x1, y1\)'),
        (ef.consensus_map, [[[0, 0, 1, 1]], 0], 'annotators must be positive, got 0'),
        (ef.cross_modal_retrieval, [np.zeros((4, 3))], 'not square'),
        (ef.detection_ap_max_f1, [[NAN, 1], [1, 1], [1, 1]], 'confidences: .* not finite'),
        (ef.detection_ap_max_f1, [[2, 1], [NAN, 0], [1, 0]], 'cious: .* not finite'),
        (ef.detection_ap_max_f1, [[1, 1], [1, 1], [0, 0]], 'no image has a source'),
        (ef.detection_ap_max_f1, [[1, 1], [1, 1, 1], [1, 1]], 'shapes must be equal'),
        (ef.detection_ap_max_f1, [[1, 1], [1, 1.1], [1, 1]], r'cious: values must lie in \[0, 1\]'),
        (ef.knn_retrieval, [I3, [0, 1, 2], I3, [0, 1, 2], [4]], 'k = 4'),
        (ef.knn_retrieval, [I3, [0, 1], I3, [0, 1, 2], [1]], 'query: 3 features, but labels'),
        (ef.knn_retrieval, [I3, [0, 1, 2], np.eye(4), [0, 1, 2, 3], [1]], 'dimensions'),
        (ef.knn_retrieval, [I3 * NAN, [0, 1, 2], I3, [0, 1, 2], [1]], 'finite'),
        (ef.knn_retrieval, [np.ones((3, 2)), [0, 1, 2], np.eye(2), [0, 1], [1]], 'direction'),
        (ef.offset_accuracy, [np.full((1, 3), NAN), [0]], 'not finite'),
        (ef.offset_accuracy, [np.zeros((2, 3)), [0]], '2 rows of logits, but 1 targets'),
        (ef.offset_accuracy, [np.zeros((2, 3)), [0, 3]], 'integers from 0 to 2'),
        (ef.offset_accuracy, [np.zeros((1, 3)), [0.5]], 'integers from 0 to 2'),
        (ef.offset_accuracy, [np.zeros((1, 3)), [0], -1], 'tolerance must not be negative'),
        (best_assignment, [[[NAN]]], 'values: .* not finite'),
        (score_heatmap, [ONES, np.ones((3, 2))], 'shapes must be equal'),
        (threshold_curves, [ONES, np.ones((1, 2)), [0.5]], 'shapes'),
        (negative_audio_scores, [[0.5], [0.5], dict(noise=[1.5])], 'noise'),
        (estimate_offset, [[0], np.full((1, 1), NAN), Confidence(1)], 'none is finite'),
        (si_sdr, [np.ones(3), np.ones(4)], 'equal'),
        (si_sdr, [[NAN, 1.0], np.ones(2)], 'finite'),
    ],
)
def test_bad_arguments_are_errors(function, arguments, words):
    with pytest.raises(ValueError, match=words):
        function(*arguments)
