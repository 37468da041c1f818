"""What a transfer recipe compares: each split and seed, from pretrained and from random weights."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from mmengine.config import Config

from mmav_coattn.config import iter_datasets
from mmav_coattn.errors import ConfigError

INITS = ('pretrained', 'random')
PROTOCOLS = ('finetune', 'probe', 'retrieval')


class Run(NamedTuple):
    """One training or evaluation.

    Attributes:
        init (str): ``'pretrained'`` or ``'random'``.
        split (str): Name of a split of the recipe.
        seed (int): Of the weights that are random, the order, and the draw of labelled videos.
    """

    init: str
    split: str
    seed: int

    @property
    def name(self) -> str:
        """For folders and messages."""
        return f'{self.init}/{self.split}/seed_{self.seed}'


def transfer_settings(cfg: Config) -> dict:
    """The part ``transfer`` of a recipe, with its defaults.

    ``protocol``: ``'finetune'``, ``'probe'`` (frozen tower, linear classifier) or ``'retrieval'``
    (frozen tower, nearest neighbours); ``splits``: options (as ``--cfg-options``) of each split by
    its name; ``rule``: how the figures of several clips and splits become one, for the table;
    ``features``: pooling of frozen features.

    Raises:
        ConfigError: If the config has no such part, or an unknown protocol.
    """
    if 'transfer' not in cfg:
        raise ConfigError(
            'The config has no part `transfer`: this tool runs the recipes of configs/transfer/.'
        )
    settings = dict(splits=dict(all={}), features={}, rule='one figure a run')
    settings |= cfg.transfer.to_dict()
    if settings.get('protocol') not in PROTOCOLS:
        raise ConfigError(
            f'transfer.protocol={settings.get("protocol")!r} is unknown; choose one of '
            f'{", ".join(PROTOCOLS)}.'
        )
    return settings


def plan_runs(
    settings: dict,
    seeds: Sequence[int],
    splits: Sequence[str] | None = None,
    inits: Iterable[str] = INITS,
) -> list[Run]:
    """All runs; those of the first seed come first, so that a whole table is there early.

    Raises:
        ConfigError: If there is no such split.
    """
    known = list(settings['splits'])
    for split in splits or ():
        if split not in known:
            raise ConfigError(f'split {split!r} is unknown; this recipe has {", ".join(known)}.')
    return [
        Run(init, split, seed) for seed in seeds for split in (splits or known) for init in inits
    ]


def run_config(cfg: Config, settings: dict, run: Run, tower: Path | None) -> Config:
    """The config of one run.

    Both initialisations get the same config but for ``load_from``: labels and steps are equal.

    Args:
        cfg (Config): The recipe.
        settings (dict): Of :func:`transfer_settings`.
        run (Run): Which run.
        tower (Path, optional): Checkpoint of ``'pretrained'``.
    """
    cfg = copy.deepcopy(cfg)
    cfg.merge_from_dict(dict(settings['splits'][run.split]))
    cfg.randomness = dict(seed=run.seed)
    for dataset in iter_datasets(cfg):
        if dataset.get('type') == 'FewShotDataset':
            dataset.seed = run.seed
    cfg.load_from = str(tower) if run.init == 'pretrained' else None
    return cfg


def fingerprint(cfg: Config, tower: Path | None) -> str:
    """Short name of what a run is made from: the whole config and the tower's content."""
    digest = hashlib.sha256()
    text = copy.deepcopy(cfg)
    text.load_from = None
    digest.update(text.pretty_text.encode())
    if cfg.load_from is not None and tower is not None:
        digest.update(Path(tower).read_bytes())
    return digest.hexdigest()[:16]


def same_last_evaluation(cfg: Config) -> bool:
    """Whether the last validation of a training is already the evaluation on the test set."""
    return cfg.get('val_dataloader') == cfg.get('test_dataloader')
