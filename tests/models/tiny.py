"""The smallest network of every part, for tests."""

from mmaction.registry import MODELS
from mmengine.registry import init_default_scope

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
AUDIO = dict(type='AudioResNet', base_channels=8, strides=((2, 1), (2, 2)))
#: The smallest recognizer, with a head without auxiliary loss.
MODEL = dict(
    type='AudioVisualRecognizer',
    backbone=dict(type='AudioVisualBackbone', visual=VISUAL, audio=AUDIO),
    neck=dict(type='CoAttentionNeck', in_channels=(16, 16), embed_dims=16),
    cls_head=dict(type='MatchHead'),
)


def build(cfg: dict):
    init_default_scope('mmaction')
    model = MODELS.build(dict(cfg))
    return model


def recognizer(**changes):
    model = build({**MODEL, **changes})
    model.init_weights()
    return model
