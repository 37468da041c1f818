"""Metrics as pure functions: numpy arrays in, plain numbers out."""

from .detection import best_confidence_threshold, detection_ap_max_f1
from .localization import (
    binarize_top_count,
    binarize_top_fraction,
    box_union_mask,
    centre_disc,
    ciou_success_and_auc,
    consensus_ciou,
    consensus_map,
    every_source_success,
    pointing_hit,
)
from .localization_floors import (
    centre_heatmap,
    floors_of_ground_truth,
    motion_energy_maps,
    onset_correlation_maps,
    random_blob_heatmap,
)
from .localization_scores import HeatmapScores, best_assignment, score_heatmap
from .localization_split import split_by_peaks
from .offset import offset_accuracy
from .retrieval import cross_modal_retrieval, knn_accuracy, knn_retrieval
from .sync import auroc, binary_sync_metrics

__all__ = [
    'HeatmapScores',
    'auroc',
    'best_assignment',
    'best_confidence_threshold',
    'binarize_top_count',
    'binarize_top_fraction',
    'binary_sync_metrics',
    'box_union_mask',
    'centre_disc',
    'centre_heatmap',
    'ciou_success_and_auc',
    'consensus_ciou',
    'consensus_map',
    'cross_modal_retrieval',
    'detection_ap_max_f1',
    'every_source_success',
    'floors_of_ground_truth',
    'knn_accuracy',
    'knn_retrieval',
    'motion_energy_maps',
    'onset_correlation_maps',
    'offset_accuracy',
    'pointing_hit',
    'random_blob_heatmap',
    'score_heatmap',
    'split_by_peaks',
]
