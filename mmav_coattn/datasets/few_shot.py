"""A fixed number of labelled videos of each class."""

import numpy as np
from mmaction.registry import DATASETS
from mmengine.dataset import BaseDataset

from mmav_coattn.errors import ConfigError


@DATASETS.register_module(name='FewShotDataset')
def few_shot_dataset(dataset: dict, num_per_class: int, seed: int = 0, **kwargs) -> BaseDataset:
    """Any dataset of mmaction2's registry, cut down to the same number of labelled videos a class.

    The draw of a smaller number, by ``seed``, is a part of that of a larger one.

    Raises:
        ConfigError: If a class has fewer videos, or videos have no label.
    """
    built = DATASETS.build(dataset)
    labels = np.array([built.get_data_info(index)['label'] for index in range(len(built))])
    if labels.min() < 0:
        raise ConfigError(f'FewShotDataset: {type(built).__name__} has videos without a label.')
    chosen = []
    for label in np.unique(labels):
        items = np.flatnonzero(labels == label)
        if num_per_class > len(items):
            raise ConfigError(
                f'num_per_class={num_per_class}: class {label} has only {len(items)} videos.'
            )
        rng = np.random.default_rng([seed, int(label)])
        chosen.append(rng.permutation(items)[:num_per_class])
    built.get_subset_(np.sort(np.concatenate(chosen)).tolist())
    return built
