"""How one run of a transfer recipe becomes figures: fine-tuning, linear probe, retrieval.

Each protocol takes the config of the run (cfg), the recipe's part ``transfer`` (settings) and the
:class:`Run`, and returns a dict of shares, whose names are listed under ``figures``.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from mmaction.registry import DATASETS
from mmengine.config import Config, ConfigDict
from mmengine.dataset import BaseDataset

from mmav_coattn.errors import DataNotFoundError, UserError
from mmav_coattn.evaluation.functional import knn_accuracy, knn_retrieval
from mmav_coattn.experiments.runs import read_metrics, run_script

from .experiment import Run
from .frozen_features import build_frozen, dataset_features, feature_key
from .linear_probe import fit_linear_probe

#: Neighbours of the table.
KS = (1, 5, 10, 20, 50)
KNN = 5


def finetune(cfg: Config, folder: Path, tools: Path) -> dict:
    """Train all weights by ``train.py`` and evaluate the last epoch: ``acc``.

    Args:
        cfg (Config): Of one run; written to ``folder/config.py``.
        folder (Path): For the config, logs and checkpoints. A training that was interrupted goes
            on from its newest checkpoint.
        tools (Path): Folder of ``train.py`` and ``test.py``.

    Raises:
        UserError: If a script fails; names its log.
    """
    path = folder / 'config.py'
    cfg.dump(str(path))
    unit = 'iter' if 'max_iters' in cfg.train_cfg else 'epoch'
    length = cfg.train_cfg[f'max_{unit}s']
    checkpoint = folder / 'train' / f'{unit}_{length}.pth'
    # Then the last validation of the training is the evaluation on the test set.
    validated = cfg.get('val_dataloader') == cfg.get('test_dataloader')
    # The checkpoint is there before the validation that follows it.
    if not checkpoint.is_file() or (validated and _last_validation(folder, length) is None):
        arguments = [path, '--work-dir', folder / 'train']
        # mmaction2's own script drops load_from, the tower, where it is told to resume.
        if any((folder / 'train').glob('*.pth')):
            arguments.append('--resume')
        run_script(tools / 'train.py', folder / 'train.log', *arguments)
    if validated:
        found = _last_validation(folder, length)
    else:
        arguments = [path, checkpoint, '--work-dir', folder / 'test']
        run_script(tools / 'test.py', folder / 'test.log', *arguments)
        found = read_metrics(folder / 'test')
    if found is None or 'acc/top1' not in found:
        raise UserError(
            f'{folder}: the last {unit}, {length}, was not evaluated by AccMetric, which gives '
            f'acc/top1; validate after it.'
        )
    return dict(acc=found['acc/top1'], figures=['acc'], length=f'{length} {unit}s')


def _last_validation(folder: Path, length: int) -> dict | None:
    """Figures of the validation after the last epoch or iteration, from the training's logs."""
    for log in sorted(folder.glob('train/*/vis_data/scalars.json'), reverse=True):
        for line in log.read_text(encoding='utf-8').splitlines():
            record = json.loads(line)
            if 'acc/top1' in record and record.get('step') == length:
                return record
    return None


def probe(cfg: Config, settings: dict, run: Run, store: Path) -> dict:
    """A linear classifier on frozen features of the labelled videos: ``acc``.

    Features are kept in the folder ``store``.
    """
    (train, y_train), (test, y_test) = _both_sides(cfg, settings, run, store)
    model, penalty = fit_linear_probe(train, y_train, run.seed)
    return dict(acc=float(model.score(test, y_test)), figures=['acc'], penalty=penalty)


def retrieval(cfg: Config, settings: dict, run: Run, store: Path) -> dict:
    """Nearest neighbours of the test videos among the training videos, without training.

    Returns:
        dict: ``R@k`` for each k of :data:`KS` that the gallery allows, and ``5-NN``, the accuracy
        of the majority of the nearest :data:`KNN`.
    """
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
        workers = loader.get('num_workers', 0)
        features = dataset_features(model, dataset, pooling, loader.batch_size, workers, file)
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
