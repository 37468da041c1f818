"""Reading configs, and what they name."""

import warnings
from collections.abc import Iterator
from pathlib import Path

from mmengine.config import Config, ConfigDict

from mmav_coattn import compat
from mmav_coattn.errors import ConfigError, DataNotFoundError

DATALOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


def load_config(path: str, cfg_options: dict | None = None) -> Config:
    """Read a config, merge ``--cfg-options``, and carry ``data_root`` everywhere.

    Raises:
        MissingDependencyError: If setuptools lacks what mmengine reads configs with.
        DataNotFoundError: If there is no such file.
        ConfigError: If the file, or one that it inherits from, cannot be read.
    """
    compat.require_pkg_resources()
    if not Path(path).is_file():
        raise DataNotFoundError(f'{path}: there is no such config file.')
    try:
        with warnings.catch_warnings():
            # mmengine reloads it for each _base_ of mmaction2; see require_pkg_resources.
            warnings.filterwarnings('ignore', 'pkg_resources is deprecated')
            cfg = Config.fromfile(path)
    except (OSError, SyntaxError) as error:
        raise ConfigError(f'{path}: this config cannot be read: {error}') from error
    old_root = cfg.get('data_root')
    if cfg_options:
        cfg.merge_from_dict(cfg_options)
        if 'data_root' in cfg_options:
            set_data_root(cfg, old_root, cfg_options['data_root'])
    return cfg


def set_data_root(cfg: Config, old_root: str | None, new_root: str) -> None:
    """Point every dataset that used the recipe's ``data_root`` to another folder.

    The variable is already copied into its datasets when ``--cfg-options`` is merged.

    Raises:
        ConfigError: If no dataset of the config uses the old root.
    """
    changed = 0
    for dataset in iter_datasets(cfg):
        # Wrappers of datasets have none, and would not take one.
        if dataset.get('data_root') is not None and dataset.data_root in (old_root, new_root):
            dataset['data_root'] = new_root
            changed += 1
    if not changed:
        raise ConfigError(
            f'--cfg-options data_root={new_root} would change nothing: no dataset of this config '
            f'has data_root={old_root!r}. Set e.g. train_dataloader.dataset.data_root=... instead.'
        )


def iter_datasets(cfg: Config) -> Iterator[ConfigDict]:
    """Every dataset config of a config's loaders, those inside wrappers included."""
    for name in DATALOADERS:
        stack = [(cfg.get(name) or {}).get('dataset')]
        while stack:
            dataset = stack.pop()
            if dataset:
                yield dataset
                stack += [dataset.get('dataset'), *(dataset.get('datasets') or [])]
