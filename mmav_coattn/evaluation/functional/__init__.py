"""Metrics as pure functions: numpy arrays in, plain numbers out."""

from .detection import detection_ap_max_f1
from .localization import (
    binarize_top_count,
    binarize_top_fraction,
    box_union_mask,
    centre_disc,
    ciou_success_and_auc,
    consensus_ciou,
    pointing_hit,
)
from .localization_floors import centre_heatmap, motion_energy_maps, random_blob_heatmap
from .offset import offset_accuracy
from .retrieval import knn_retrieval
from .sync import auroc, binary_sync_metrics

__all__ = [
    'auroc',
    'binarize_top_count',
    'binarize_top_fraction',
    'binary_sync_metrics',
    'box_union_mask',
    'centre_disc',
    'centre_heatmap',
    'ciou_success_and_auc',
    'consensus_ciou',
    'detection_ap_max_f1',
    'knn_retrieval',
    'motion_energy_maps',
    'offset_accuracy',
    'pointing_hit',
    'random_blob_heatmap',
]
