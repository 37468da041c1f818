"""A fixed number of labelled videos of each class."""

from collections.abc import Sequence

import numpy as np
from mmaction.registry import DATASETS
from mmengine.dataset import BaseDataset

from mmav_coattn.errors import ConfigError


def draw_per_class(labels: Sequence[int], num_per_class: int, seed: int = 0) -> np.ndarray:
    """Draw the same number of items of every class; their rising indices.

    The draw of a smaller number is a part of that of a larger one.

    Raises:
        ConfigError: If a class has fewer items.
    """
    labels = np.asarray(labels)
    chosen = []
    for label in np.unique(labels):
        items = np.flatnonzero(labels == label)
        if num_per_class > len(items):
            raise ConfigError(
                f'num_per_class={num_per_class}: class {label} has only {len(items)} videos.'
            )
        rng = np.random.default_rng([seed, int(label)])
        chosen.append(rng.permutation(items)[:num_per_class])
    return np.sort(np.concatenate(chosen))


@DATASETS.register_module(name='FewShotDataset')
def few_shot_dataset(dataset: dict, num_per_class: int, seed: int = 0, **kwargs) -> BaseDataset:
    """A dataset cut down to a number of labelled videos of each class.

    Args:
        dataset (dict): Any dataset of mmaction2's registry, with labels.
        num_per_class (int): Videos of each class.
        seed (int): Which ones.

    Raises:
        ConfigError: If a class has fewer videos, or videos have no label.
    """
    built = DATASETS.build(dataset)
    built.full_init()
    labels = [built.get_data_info(index)['label'] for index in range(len(built))]
    if min(labels) < 0:
        raise ConfigError(f'FewShotDataset: {type(built).__name__} has videos without a label.')
    built.get_subset_(draw_per_class(labels, num_per_class, seed).tolist())
    return built
