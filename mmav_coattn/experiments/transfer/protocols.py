"""How one run of a transfer recipe becomes figures: fine-tuning, linear probe, retrieval."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from mmaction.registry import DATASETS
from mmengine.config import Config, ConfigDict
from mmengine.dataset import BaseDataset

from mmav_coattn.errors import DataNotFoundError, UserError
from mmav_coattn.evaluation.functional import knn_accuracy, knn_retrieval

from .experiment import same_last_evaluation
from .frozen_features import build_frozen, dataset_features, feature_key
from .linear_probe import PENALTIES, fit_linear_probe

#: Neighbours of the table.
KS = (1, 5, 10, 20, 50)
KNN = 5


def scripts(stock: bool) -> Path:
    """Folder of ``train.py`` and ``test.py``: ours, or those that mmaction2 installed."""
    package = Path(find_spec('mmaction' if stock else 'mmav_coattn').origin).parent
    # In a checkout ours lie beside the package, else where the wheel put them.
    beside = package.parent / 'tools'
    own = not stock and (beside / 'train.py').is_file()
    return beside if own else package / '.mim' / 'tools'


def finetune(cfg: Config, folder: Path, tools: Path) -> dict:
    """Train all weights by ``train.py`` and evaluate the last epoch.

    Args:
        cfg (Config): Of one run; written to ``folder/config.py``.
        folder (Path): For the config, logs and checkpoints. A training that was interrupted goes
            on from its newest checkpoint.
        tools (Path): See :func:`scripts`.

    Returns:
        dict: ``acc`` of the last epoch or iteration, and ``length`` of the training.

    Raises:
        UserError: If a script fails; names its log.
    """
    path = folder / 'config.py'
    cfg.dump(str(path))
    unit = 'iter' if 'max_iters' in cfg.train_cfg else 'epoch'
    length = cfg.train_cfg[f'max_{unit}s']
    checkpoint = folder / 'train' / f'{unit}_{length}.pth'
    validated = same_last_evaluation(cfg)
    # The checkpoint is there before the validation that follows it.
    if not checkpoint.is_file() or (validated and _last_validation(folder, length) is None):
        arguments = [path, '--work-dir', folder / 'train']
        # mmaction2's own script drops load_from, the tower, where it is told to resume.
        if any((folder / 'train').glob('*.pth')):
            arguments.append('--resume')
        _run(tools / 'train.py', folder / 'train.log', *arguments)
    if not validated:
        arguments = [path, checkpoint, '--work-dir', folder / 'test']
        _run(tools / 'test.py', folder / 'test.log', *arguments)
        found = json.loads(sorted(folder.glob('test/*/*.json'))[-1].read_text(encoding='utf-8'))
    else:
        found = _last_validation(folder, length)
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


def _run(script: Path, log: Path, *arguments) -> None:
    root = Path(find_spec('mmav_coattn').origin).parent.parent
    paths = os.pathsep.join(filter(None, [str(root), os.environ.get('PYTHONPATH', '')]))
    with log.open('a', encoding='utf-8') as output:
        code = subprocess.run(
            [sys.executable, str(script), *map(str, arguments)],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, 'PYTHONPATH': paths},
            check=False,
        ).returncode
    if code:
        last = (log.read_text(encoding='utf-8').strip().splitlines() or ['no output'])[-1]
        raise UserError(f'{script.name} ended with code {code}; its output is in {log}: {last}')


def probe(cfg: Config, settings: dict, seed: int, tower: Path | None, store: Path) -> dict:
    """A linear classifier on frozen features of the labelled videos.

    Args:
        cfg (Config): Of one run.
        settings (dict): Of the recipe: ``features``, ``penalties``, ``num_folds``.
        seed (int): Of the run.
        tower (Path, optional): Checkpoint; None for a random tower.
        store (Path): Folder where features are kept.

    Returns:
        dict: ``acc``, and the ``penalty`` that was chosen on the labelled videos.
    """
    (train, y_train), (test, y_test) = _both_sides(cfg, settings, seed, tower, store)
    fitted = fit_linear_probe(
        train,
        y_train,
        tuple(settings.get('penalties', PENALTIES)),
        settings.get('num_folds', 5),
        seed,
    )
    hits = fitted.scores(test).argmax(axis=1) == y_test
    return dict(acc=float(hits.mean()), figures=['acc'], penalty=fitted.penalty)


def retrieval(cfg: Config, settings: dict, seed: int, tower: Path | None, store: Path) -> dict:
    """Nearest neighbours of the test videos among the training videos, without training.

    Returns:
        dict: ``R@k`` for each k of :data:`KS` that the gallery allows, and ``kNN``, the accuracy of
        the majority of the nearest :data:`KNN`.
    """
    (gallery, y_gallery), (query, y_query) = _both_sides(cfg, settings, seed, tower, store)
    ks = [k for k in KS if k <= len(gallery)]
    found = knn_retrieval(query, y_query, gallery, y_gallery, ks)
    if len(gallery) >= KNN:
        found[f'{KNN}-NN'] = knn_accuracy(query, y_query, gallery, y_gallery, KNN)
    return dict(found, figures=list(found))


def _both_sides(cfg: Config, settings: dict, seed: int, tower: Path | None, store: Path):
    pooling = settings['features']
    model = build_frozen(cfg, tower, seed)
    file = store / f'{feature_key(cfg, pooling, tower, seed)}.npz'
    sides = []
    for part in ('train', 'test'):
        loader = cfg[f'{part}_dataloader']
        dataset = build_dataset(loader.dataset)
        features = dataset_features(
            model, dataset, pooling, loader.batch_size, loader.get('num_workers', 0), file
        )
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
    sizes = {}
    for part, name in (('train', 'labels'), ('test', 'test')):
        dataset = build_dataset(cfg[f'{part}_dataloader'].dataset)
        sizes[f'num_{name}'] = len(dataset)
        if part == 'train':
            sizes['chance'] = 1 / len(np.unique(dataset_labels(dataset)))
    return sizes
