"""Nearest neighbours among the training videos, as a metric of ``tools/test.py``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmaction.registry import METRICS
from mmengine.evaluator import BaseMetric

from mmav_coattn.errors import ConfigError
from mmav_coattn.evaluation.functional import knn_accuracy, knn_retrieval

PARTS = ('gallery', 'query')


@METRICS.register_module()
class NearestNeighbourMetric(BaseMetric):
    """R@k and the k-nearest-neighbour accuracy of query videos in a gallery, without training.

    The data set is a ``ConcatDataset`` of both. A transform :class:`AddKeys`, ``part='gallery'`` or
    ``part='query'``, says which is which; the head is a :class:`PooledFeatureHead`. Needs of each
    data sample ``feature`` (D,), ``gt_label`` and the meta information ``part``. Figures under the
    prefix ``retrieval/``: ``R@k``, ``K-NN``, ``num_gallery`` and ``num_query``; see
    :func:`~mmav_coattn.evaluation.functional.knn_retrieval`.

    Args:
        ks (Sequence[int]): Numbers of neighbours; those beyond the gallery are left out.
        num_neighbours (int): Of the classifier.
        collect_device (str): ``'cpu'`` or ``'gpu'``, to collect from several processes.
        prefix (str, optional): Replaces the prefix ``retrieval``.
        collect_dir (str, optional): Shared folder for collecting on ``'cpu'``.

    Raises:
        ConfigError: If a sample says no part, or a part is empty.
    """

    default_prefix = 'retrieval'

    def __init__(
        self,
        ks: Sequence[int] = (1, 5, 10, 20, 50),
        num_neighbours: int = 5,
        collect_device: str = 'cpu',
        prefix: str | None = None,
        collect_dir: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix, collect_dir=collect_dir)
        self.ks = tuple(ks)
        self.num_neighbours = num_neighbours

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Store the feature of each sample."""
        for sample in data_samples:
            if sample.get('part') not in PARTS:
                raise ConfigError(
                    'NearestNeighbourMetric: a sample says no part; add dict(type="AddKeys", '
                    'part="gallery") or part="query" to the pipelines, and "part" to meta_keys.'
                )
            feature = np.asarray(sample['feature'].detach().float().cpu(), dtype=np.float64)
            self.results.append((sample['part'], feature, int(sample['gt_label'])))

    def compute_metrics(self, results: list[tuple]) -> dict[str, float]:
        """Search the gallery."""
        features, labels = {}, {}
        for part in PARTS:
            own = [result for result in results if result[0] == part]
            if not own:
                raise ConfigError(f'NearestNeighbourMetric: the data set has no {part} video.')
            features[part] = np.stack([feature for _, feature, _ in own])
            labels[part] = np.array([label for _, _, label in own])
        both = (features['query'], labels['query'], features['gallery'], labels['gallery'])
        size = len(labels['gallery'])
        figures = knn_retrieval(*both, [k for k in self.ks if k <= size])
        if self.num_neighbours <= size:
            figures[f'{self.num_neighbours}-NN'] = knn_accuracy(*both, self.num_neighbours)
        return figures | {f'num_{part}': float(len(labels[part])) for part in PARTS}
