"""Features of a frozen tower, one a video, computed once and kept in a file."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.dataset import BaseDataset, pseudo_collate
from mmengine.registry import init_default_scope
from mmengine.runner import set_random_seed
from torch import nn
from torch.utils.data import DataLoader, Subset

from mmav_coattn.errors import CheckpointError
from mmav_coattn.io import features_to_bytes, read_features, write_whole
from mmav_coattn.models.backbones.audio_visual_backbone import last_output
from mmav_coattn.models.heads.segment_head import segment_features
from mmav_coattn.progress import progress_bar

from .towers import load_tower


def build_frozen(cfg: Config, seed: int) -> nn.Module:
    """The recognizer of a config with a frozen backbone: that of ``load_from``, or a random one.

    The model is a stock ``Recognizer3D``. The seed is of the random weights.

    Raises:
        CheckpointError: If not all of the backbone is in the checkpoint.
    """
    init_default_scope(cfg.get('default_scope', 'mmaction'))
    set_random_seed(seed)
    model = MODELS.build(cfg.model)
    model.init_weights()
    if cfg.load_from is not None:
        match = load_tower(model.backbone, cfg.load_from)
        if match.missing or match.shapes:
            raise CheckpointError(
                f'{cfg.load_from}: a frozen backbone must be loaded whole: {match.sentence()}.'
            )
    return model.eval().requires_grad_(False)


@torch.no_grad()
def dataset_features(
    model: nn.Module, dataset: BaseDataset, settings: dict[str, Any], store: Path, **loading: int
) -> np.ndarray:
    """Features (N, D) of all videos of a dataset, float32: the mean over the clips of each.

    The dataset's pipeline must not be random. ``settings`` are those of ``segment_features``,
    ``loading`` those of the loader. ``store``, an ``.npz`` file by file name, keeps features.
    """
    names = [dataset.get_data_info(index)['filename'] for index in range(len(dataset))]
    kept: dict[str, np.ndarray] = {}
    if store.is_file():
        held = read_features(store)
        kept = dict(zip(held['files'].tolist(), held['features'], strict=True))
    absent = [index for index, name in enumerate(names) if name not in kept]
    loader = DataLoader(Subset(dataset, absent), collate_fn=pseudo_collate, **loading)
    device = next(model.parameters()).device
    found = iter(absent)
    for batch in progress_bar(loader, desc='features', disable=not absent, leave=False):
        inputs = model.data_preprocessor(batch, training=False)['inputs'].to(device)
        num_videos, num_clips = inputs.shape[:2]
        features = segment_features(last_output(model.backbone(inputs.flatten(0, 1))), **settings)
        for feature in features.view(num_videos, num_clips, -1).mean(dim=1).cpu().numpy():
            kept[names[next(found)]] = feature
    if absent:
        write_whole(features_to_bytes(files=list(kept), features=list(kept.values())), store)
    return np.stack([kept[name] for name in names])


def feature_key(cfg: Config, settings: dict[str, Any], seed: int) -> str:
    """Name of what features depend on: network, clips, pooling and weights."""
    random = f'random {seed}'.encode()
    digest = hashlib.sha256(random if cfg.load_from is None else Path(cfg.load_from).read_bytes())
    model = {name: cfg.model[name] for name in ('backbone', 'data_preprocessor')}
    clips = [dict(t) for t in cfg.test_pipeline]
    digest.update(repr((model, clips, sorted(settings.items()))).encode())
    return digest.hexdigest()[:12]
