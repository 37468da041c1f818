# Fine-tuning: motions of SoundingShapes from video, 10 labelled videos a class, 200 steps.
_base_ = [
    'mmaction::_base_/default_runtime.py', '_base_/runtime.py', '_base_/small_tower.py',
    '_base_/shapes.py'
]

max_epochs = 40
model = dict(
    data_preprocessor=dict(type='MotionDataPreprocessor'),
    # As in the probe: what swings leaves the mean as it is.
    cls_head=dict(deviation=True))
# The whole picture, as in testing: the share of it that moves is in every mean over its places.
train_pipeline = [
    {{_base_.read}},
    dict(type='TemporalCrop', num_frames={{_base_.num_frames}}),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys=('filename', )),
]
train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='FewShotDataset',
        num_per_class=10,
        dataset=dict(
            type='SoundingShapesDataset',
            data_root={{_base_.data_root}},
            tier='easy',
            split='train',
            num_clips={{_base_.num_clips}},
            on_unusable='error',
            pipeline=train_pipeline)))
val_dataloader = {{_base_.test_dataloader}}
val_evaluator = dict(type='AccMetric')
test_evaluator = val_evaluator
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=max_epochs, val_interval=max_epochs)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
default_hooks = dict(checkpoint=dict(interval=16, max_keep_ckpts=1, save_best=None))

optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=1e-3, weight_decay=0.05),
    # The classifier begins at random and has few steps.
    paramwise_cfg=dict(
        norm_decay_mult=0.0, bias_decay_mult=0.0, custom_keys={'cls_head': dict(lr_mult=5.0)}),
    clip_grad=dict(max_norm=5.0))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=True, begin=0, end=4,
         convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=4, end=max_epochs, T_max=max_epochs - 4,
         eta_min_ratio=0.01, convert_to_iter_based=True),
]
transfer = dict(
    protocol='finetune', rule='Last epoch; mean of the probabilities of 4 clips of a video')
