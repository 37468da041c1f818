"""Parameters and floating-point operations of a network and its parts."""

import torch
from mmengine.config import Config
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from mmav_coattn.errors import ConfigError


def network_complexity(
    model: nn.Module,
    num_frames: int,
    size: int,
    clip_seconds: float,
    audio_seconds: float,
    num_windows: int = 2,
) -> dict[str, tuple[int, int]]:
    """Count parameters and FLOPs of one clip with its audio windows, by part of the network.

    The clip has ``num_frames`` frames of ``size`` px either way; ``num_windows`` windows of its
    length (s) lie in the audio segment. Operations are those that torch dispatches: convolutions,
    matrix products and attention; a multiplication and an addition count as two.
    """
    preprocessor = model.data_preprocessor
    samples = round(audio_seconds * preprocessor.log_mel.sample_rate)
    inputs = preprocessor.preprocess(
        torch.zeros(1, 3, num_frames, size, size, dtype=torch.uint8),
        torch.zeros(1, samples),
        torch.linspace(0, audio_seconds - clip_seconds, num_windows)[None],
        clip_seconds,
    )
    parts = {'visual tower': model.backbone.visual, 'audio tower': model.backbone.audio}
    if hasattr(model.backbone, 'fused'):
        parts['fused layers'] = model.backbone.fused
    if getattr(model, 'neck', None) is not None:
        parts['neck'] = model.neck
    parts |= {'head': model.cls_head, 'whole network': model}
    was_training = model.training
    model.eval()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(inputs, mode='tensor')
    model.train(was_training)
    counts = counter.get_flop_counts()
    names = {module: f'{type(model).__name__}.{name}' for name, module in model.named_modules()}
    names[model] = 'Global'
    return {
        part: (
            sum(p.numel() for p in module.parameters()),
            sum(counts.get(names[module], {}).values()),
        )
        for part, module in parts.items()
    }


def input_size(cfg: Config) -> int:
    """Height of the frames that reach the network: the last crop or resize of the test pipeline.

    Raises:
        ConfigError: If there is none.
    """
    for transform in reversed(cfg.test_pipeline):
        size = transform.get('crop_size') or transform.get('size') or transform.get('scale')
        if size is not None:
            return size if isinstance(size, int) else size[-1]
    raise ConfigError('The config has no test_pipeline with a crop or a resize; give --size.')
