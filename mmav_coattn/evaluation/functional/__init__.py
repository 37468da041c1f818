"""Metrics as pure functions: numpy arrays in, plain numbers out."""

from .detection import detection_ap_max_f1
from .localization import (
    binarize_top_fraction,
    ciou_success_and_auc,
    consensus_ciou,
    consensus_map,
)
from .localization_floors import floors_of_ground_truth
from .localization_scores import score_heatmap, upsample_heatmap
from .negative_audio import negative_audio_scores
from .offset import offset_accuracy
from .retrieval import cross_modal_retrieval, knn_accuracy, knn_retrieval
from .separation import si_sdr
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
    'negative_audio_scores',
    'offset_accuracy',
    'score_heatmap',
    'si_sdr',
    'upsample_heatmap',
]
