"""The smallest network of every part, for tests."""

import torch
from mmaction.registry import MODELS
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
    conv1_kernel=(3, 7, 7),
    conv1_stride_t=1,
    with_pool1=False,
    with_pool2=False,
    pretrained2d=False,
)
AUDIO = dict(type='AudioResNet', base_channels=8, strides=((2, 1), (2, 2)), stage_blocks=(2, 2))
NECK = dict(type='CoAttentionNeck', in_channels=(16, 16), embed_dims=16, match=dict(channels=8))
#: The smallest recognizer.
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
