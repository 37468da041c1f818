"""How one run of a transfer recipe becomes figures: fine-tuning, linear probe, retrieval.

Each protocol takes the config of the run (cfg), the recipe's part ``transfer`` (settings) and the
:class:`Run`, and returns a dict of shares, whose names are listed under ``figures``.
"""

from pathlib import Path

import numpy as np
from mmaction.registry import DATASETS
from mmengine.config import Config, ConfigDict
from mmengine.dataset import BaseDataset

from mmav_coattn.errors import DataNotFoundError, UserError
from mmav_coattn.evaluation.functional import knn_accuracy, knn_retrieval
from mmav_coattn.experiments.runs import evaluate, train

from .experiment import Run
from .frozen_features import build_frozen, dataset_features, feature_key
from .linear_probe import fit_linear_probe

#: Neighbours of the table.
KS = (1, 5, 10, 20, 50)
KNN = 5


def finetune(cfg: Config, folder: Path, tools: Path) -> dict:
    """Train all weights and evaluate the last epoch: ``acc``.

    Raises:
        UserError: If a script fails; names its log.
    """
    found = evaluate(folder / 'config.py', train(cfg, folder, tools), tools)
    if 'acc/top1' not in found:
        raise UserError(f'{folder}: was not evaluated by AccMetric, which gives acc/top1.')
    return dict(acc=found['acc/top1'], figures=['acc'])


def probe(cfg: Config, settings: dict, run: Run, store: Path) -> dict:
    """A linear classifier on frozen features, kept in ``store``, of labelled videos: ``acc``."""
    (train, y_train), (test, y_test) = _both_sides(cfg, settings, run, store)
    model, penalty = fit_linear_probe(train, y_train, run.seed)
    return dict(acc=float(model.score(test, y_test)), figures=['acc'], penalty=penalty)


def retrieval(cfg: Config, settings: dict, run: Run, store: Path) -> dict:
    """Nearest neighbours of the test videos among the training videos, without training: ``R@k``
    for each k of :data:`KS` that the gallery allows, and ``5-NN``, the accuracy of the majority of
    the nearest :data:`KNN`."""
    (gallery, y_gallery), (query, y_query) = _both_sides(cfg, settings, run, store)
    ks = [k for k in KS if k <= len(gallery)]
    found = knn_retrieval(query, y_query, gallery, y_gallery, ks)
    if len(gallery) >= KNN:
        found[f'{KNN}-NN'] = knn_accuracy(query, y_query, gallery, y_gallery, KNN)
    return dict(found, figures=list(found))


def _both_sides(cfg: Config, settings: dict, run: Run, store: Path):
    """Frozen features and labels of the training and of the test videos."""
    pooling = settings['features']
    model = build_frozen(cfg, run.seed)
    file = store / f'{feature_key(cfg, pooling, run.seed)}.npz'
    sides = []
    for part in ('train', 'test'):
        loader = cfg[f'{part}_dataloader']
        dataset = build_dataset(loader.dataset)
        loading = dict(batch_size=loader.batch_size, num_workers=loader.get('num_workers', 0))
        features = dataset_features(model, dataset, pooling, file, **loading)
        sides.append((features, dataset_labels(dataset)))
    return sides


def build_dataset(cfg: ConfigDict) -> BaseDataset:
    """A dataset with its list read.

    Raises:
        DataNotFoundError: If its list does not exist, for datasets of mmaction2 as well.
    """
    inner = cfg
    while 'dataset' in inner:
        inner = inner.dataset
    if inner.get('ann_file'):
        path = Path(inner.get('data_root') or '') / inner.ann_file
        if not path.is_file():
            raise DataNotFoundError(
                f'{path}: this list does not exist; tools/data/ has the scripts that write it. '
                'Another folder is given by --cfg-options data_root=FOLDER.'
            )
    dataset = DATASETS.build(cfg)
    dataset.full_init()
    return dataset


def dataset_labels(dataset: BaseDataset) -> np.ndarray:
    """Labels (N,) of a dataset."""
    return np.array([dataset.get_data_info(index)['label'] for index in range(len(dataset))])


def count_labels(cfg: Config) -> dict:
    """Sizes of a run, for the table: labelled and test videos, and the accuracy of chance."""
    train, test = (build_dataset(cfg[f'{part}_dataloader'].dataset) for part in ('train', 'test'))
    chance = 1 / len(np.unique(dataset_labels(train)))
    return dict(num_labels=len(train), num_test=len(test), chance=chance)
