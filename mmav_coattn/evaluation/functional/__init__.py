"""Metrics as pure functions: numpy arrays in, plain numbers out."""

from .detection import best_confidence_threshold, detection_ap_max_f1
from .localization import (
    binarize_top_fraction,
    ciou_success_and_auc,
    consensus_ciou,
    consensus_map,
    every_source_success,
)
from .localization_floors import (
    disc_heatmap,
    floors_of_ground_truth,
    motion_energy_maps,
    onset_correlation_maps,
)
from .localization_scores import (
    HeatmapScores,
    best_assignment,
    score_heatmap,
    split_by_peaks,
    upsample_heatmap,
)
from .negative_audio import (
    best_map_threshold,
    detection_f1,
    f_measure,
    negative_audio_scores,
    threshold_curves,
)
from .offset import offset_accuracy
from .retrieval import cross_modal_retrieval, knn_accuracy, knn_retrieval
from .separation import MelMasking, si_sdr
from .sync import auroc, binary_sync_metrics

__all__ = [
    'HeatmapScores',
    'MelMasking',
    'auroc',
    'best_assignment',
    'best_confidence_threshold',
    'best_map_threshold',
    'binarize_top_fraction',
    'binary_sync_metrics',
    'ciou_success_and_auc',
    'consensus_ciou',
    'consensus_map',
    'cross_modal_retrieval',
    'detection_ap_max_f1',
    'detection_f1',
    'disc_heatmap',
    'every_source_success',
    'f_measure',
    'floors_of_ground_truth',
    'knn_accuracy',
    'knn_retrieval',
    'motion_energy_maps',
    'negative_audio_scores',
    'onset_correlation_maps',
    'offset_accuracy',
    'score_heatmap',
    'si_sdr',
    'split_by_peaks',
    'threshold_curves',
    'upsample_heatmap',
]
