"""What a transfer recipe compares: each split and seed, from pretrained and from random weights."""

import copy
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from mmengine.config import Config

from mmav_coattn.config import iter_datasets
from mmav_coattn.errors import ConfigError
from mmav_coattn.experiments.runs import fingerprint

INITS = ('pretrained', 'random')
PROTOCOLS = ('finetune', 'probe', 'retrieval')


class Run(NamedTuple):
    """One training or evaluation."""

    init: str  #: ``'pretrained'`` or ``'random'``.
    split: str  #: Name of a split of the recipe.
    seed: int  #: Of the weights that are random, the order, and the draw of labelled videos.

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
    protocol, known = settings.get('protocol'), ', '.join(PROTOCOLS)
    if protocol not in PROTOCOLS:
        raise ConfigError(f'transfer.protocol={protocol!r} is unknown; choose one of {known}.')
    return settings


def plan_runs(
    settings: dict, seeds: Sequence[int], splits: Sequence[str] | None, inits: Iterable[str]
) -> list[Run]:
    """All runs; those of the first seed come first, so that a whole table is there early.

    Raises:
        ConfigError: If there is no such split.
    """
    known = list(settings['splits'])
    chosen = splits or known
    for split in chosen:
        if split not in known:
            raise ConfigError(f'split {split!r} is unknown; this recipe has {", ".join(known)}.')
    return [Run(init, split, seed) for seed in seeds for split in chosen for init in inits]


def run_config(cfg: Config, settings: dict, run: Run, tower: Path | None) -> Config:
    """The config of one run, the same for both initialisations but for ``load_from``, the tower."""
    cfg = copy.deepcopy(cfg)
    cfg.merge_from_dict(dict(settings['splits'][run.split]))
    cfg.randomness = dict(seed=run.seed)
    for dataset in iter_datasets(cfg):
        if dataset.get('type') == 'FewShotDataset':
            dataset.seed = run.seed
    cfg.load_from = str(tower) if run.init == 'pretrained' else None
    return cfg


def run_mark(cfg: Config) -> str:
    """The fingerprint of a run: its config and the tower's content, wherever the tower lies."""
    content = b'' if cfg.load_from is None else Path(cfg.load_from).read_bytes()
    cfg = copy.deepcopy(cfg)
    cfg.load_from = None
    return fingerprint(cfg, content)
