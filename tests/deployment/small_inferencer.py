"""A network of the smallest parts, as after training."""

import torch
from mmengine.config import Config
from models.tiny import MODEL
from pipelines import sync_pipeline

from mmav_coattn.apis import AudioVisualInferencer

RESIZE = [
    dict(type='FixedCrop', box=(0.25, 0.0, 0.75, 1.0)),
    dict(type='Resize', scale=(32, 24), keep_ratio=False),
]


def build(module='AGA', **model):
    preprocessor = dict(
        type='AudioVisualDataPreprocessor',
        subtract_mean_frame=True,
        log_mel=dict(mean=-5.0, std=4.0),
    )
    neck = dict(MODEL['neck'], module=module)
    model = dict(MODEL, neck=neck, data_preprocessor=preprocessor) | model
    pipeline = sync_pipeline(8, between=RESIZE, clip_seconds=0.8, test_mode=True)
    cfg = Config(dict(model=model, test_pipeline=pipeline))
    torch.manual_seed(0)
    inferencer = AudioVisualInferencer(cfg)
    # As after training: statistics that are not 0 and 1.
    for layer in inferencer.model.modules():
        if isinstance(layer, torch.nn.modules.batchnorm._BatchNorm):
            layer.running_mean.normal_(std=0.1)
            layer.running_var.uniform_(0.5, 2.0)
    return inferencer
