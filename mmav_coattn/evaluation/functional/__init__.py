"""Metrics as pure functions: numpy arrays in, plain numbers out."""

from .detection import detection_ap_max_f1
from .localization import (
    binarize_top_fraction,
    ciou_success_and_auc,
    consensus_ciou,
    consensus_map,
)
from .localization_floors import floors_of_ground_truth
from .localization_scores import upsample_heatmap
from .offset import offset_accuracy
from .retrieval import cross_modal_retrieval, knn_accuracy, knn_retrieval
from .sync import binary_sync_metrics

__all__ = [
    'binarize_top_fraction',
    'binary_sync_metrics',
    'ciou_success_and_auc',
    'consensus_ciou',
    'consensus_map',
    'cross_modal_retrieval',
    'detection_ap_max_f1',
    'floors_of_ground_truth',
    'knn_accuracy',
    'knn_retrieval',
    'offset_accuracy',
    'upsample_heatmap',
]
