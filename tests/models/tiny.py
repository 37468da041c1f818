"""The smallest network of every part, for tests."""

import torch
from mmaction.registry import MODELS
from mmaction.structures import ActionDataSample
from mmengine.registry import init_default_scope
from pipelines import sync_pipeline

import mmav_coattn  # noqa: F401

VISUAL = dict(
    type='ResNet3d',
    depth=18,
    num_stages=2,
    base_channels=8,
    out_indices=(1,),
    spatial_strides=(2, 2),
    temporal_strides=(1, 1),
    dilations=(1, 1),
    inflate=((1, 1), (0, 0)),
    with_pool1=False,
    with_pool2=False,
    pretrained2d=False,
)
AUDIO = dict(type='AudioResNet', base_channels=8, strides=((2, 1), (2, 2)), stage_blocks=(2, 2))
NECK = dict(type='CoAttentionNeck', in_channels=(16, 16), embed_dims=16, match=dict(channels=8))
MODEL = dict(
    type='AudioVisualRecognizer',
    backbone=dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO),
    neck=NECK,
    cls_head=dict(type='MatchHead', loss_contrast=dict(type='TimeContrastLoss')),
)
#: A config file of it, for whole videos.
CONFIG = f"""
model = {MODEL!r}
test_pipeline = {sync_pipeline(8, 32, clip_seconds=0.8, test_mode=True)!r}
"""


def build(cfg: dict):
    init_default_scope('mmaction')
    return MODELS.build(dict(cfg))


def recognizer(**changes):
    model = build({**MODEL, **changes})
    model.init_weights()
    return model


def random_inputs(num_clips: int = 2, num_windows: int = 2) -> dict:
    """Inputs of a network: clips of 0.5 s, and windows at random times of a segment of 1 s."""
    return dict(
        imgs=torch.randn(num_clips, 3, 8, 32, 32),
        audio=0.1 * torch.randn(num_clips, 16000),
        log_mels=torch.randn(num_clips, 64, 101),
        audio_starts=0.5 * torch.rand(num_clips, num_windows),
        clip_seconds=0.5,
    )


def batch(num_clips=2, num_negatives=1, unusable=()):
    """A collated batch of clips of 0.8 s, whose brightness follows the loudness of window 0."""
    generator = torch.Generator().manual_seed(0)
    inputs = dict(imgs=[], audio=[], audio_starts=[])
    samples = []
    for index in range(num_clips):
        loudness = torch.rand(13, generator=generator)  # of each 0.1 s of a segment of 1.3 s
        frames = (loudness[2:10] * 255).view(1, 1, 8, 1, 1).expand(1, 3, 8, 32, 32).byte().clone()
        audio = (torch.randn(13, 1600, generator=generator) * loudness[:, None]).flatten()
        values = frames, audio, torch.tensor([0.2, 0.3, 0.5, 0.15][: 1 + num_negatives])
        facts = dict(clip_seconds=0.8)
        if index in unusable:
            values, facts = (None,) * 3, dict(unusable=('silent', 'is silent'))
        for name, value in zip(inputs, values, strict=True):
            inputs[name].append(value)
        samples.append(ActionDataSample(metainfo=facts))
        samples[-1].set_field(torch.eye(1 + num_negatives)[0], 'sync_label', dtype=torch.Tensor)
    return dict(inputs=inputs, data_samples=samples)


def unit(*shape):
    return torch.nn.functional.normalize(torch.randn(*shape), dim=-1)


def run(model, data, mode):
    return model(**model.data_preprocessor(data), mode=mode)


#: Inputs of a neck: two clips of 3 x 4 locations and audio segments of 2 bands, three windows each.
AUDIO_TIMES = torch.arange(40) * 0.05
STARTS = torch.tensor([[0.1, 0.7, 1.1], [0.5, 0.2, 1.05]])
WINDOW_TIMES = STARTS[..., None] + 0.05 + torch.arange(6) * 0.1


def tower_features():
    return torch.randn(2, 5, 6, 3, 4), torch.randn(2, 7, 2, len(AUDIO_TIMES))


def run_neck(neck, visual, audio, window_times=WINDOW_TIMES):
    return neck(visual, audio, AUDIO_TIMES, window_times)
