# Fine-tuning: words of GRID from video, 60 labelled videos a class, 160 steps of 16 clips.
_base_ = [
    'mmaction::_base_/default_runtime.py', '_base_/runtime.py', '_base_/small_tower.py',
    '_base_/grid.py'
]

max_iters = 160
num_frames = 34
model = dict(cls_head=dict(num_classes=4, num_segments=8, dropout_ratio=0.5))
# 38 frames in which the word is spoken, decoded once.
read = dict(type='CacheFrames', folder={{_base_.frame_cache}}, transforms=[
    dict(type='OpenAudioVisual', need_audio=False),
    dict(type='SampleVideoClips', clip_seconds=1.52, span={{_base_.first_words}}, test_mode=True),
    dict(type='LoadClipFrames', num_frames=38),
    dict(type='FixedCrop', box={{_base_.lower_face}}),
    dict(type='Resize', scale=(56, 56), keep_ratio=False)])
train_pipeline = [
    read,
    dict(type='TemporalCrop', num_frames=num_frames),
    dict(type='RandomCrop', size=48),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys=('filename', )),
]
test_pipeline = [
    read,
    dict(type='TemporalCrop', num_frames=num_frames, test_mode=True),
    dict(type='CenterCrop', crop_size=48),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys=('filename', )),
]
train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(
        type='FewShotDataset',
        num_per_class=60,
        dataset=dict(
            type='GridWordsDataset',
            data_root={{_base_.data_root}},
            ann_file='train.csv',
            hint={{_base_.data_hint}},
            on_unusable='error',
            pipeline=train_pipeline)))
test_dataloader = dict(
    batch_size=16,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='GridWordsDataset',
        data_root={{_base_.data_root}},
        ann_file='val.csv',
        hint={{_base_.data_hint}},
        on_unusable='error',
        test_mode=True,
        pipeline=test_pipeline))
val_dataloader = test_dataloader
val_evaluator = dict(type='AccMetric')
test_evaluator = val_evaluator
# Counted in iterations, so that ten digits get as many steps as four colours.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=max_iters, val_interval=max_iters)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
default_hooks = dict(
    logger=dict(log_metric_by_epoch=False),
    checkpoint=dict(by_epoch=False, interval=max_iters // 4, max_keep_ckpts=1, save_best=None))
log_processor = dict(by_epoch=False)

optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=1e-3, weight_decay=0.05),
    # The classifier begins at random and has few steps.
    paramwise_cfg=dict(
        norm_decay_mult=0.0, bias_decay_mult=0.0, custom_keys={'cls_head': dict(lr_mult=5.0)}),
    clip_grad=dict(max_norm=5.0))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=20),
    dict(type='CosineAnnealingLR', by_epoch=False, begin=20, end=max_iters, T_max=max_iters - 20,
         eta_min_ratio=0.01),
]
transfer = dict(
    protocol='finetune',
    splits=dict(
        command={
            'train_dataloader.dataset.dataset.word': 'command',
            'val_dataloader.dataset.word': 'command',
            'test_dataloader.dataset.word': 'command'
        },
        colour={
            'train_dataloader.dataset.dataset.word': 'colour',
            'val_dataloader.dataset.word': 'colour',
            'test_dataloader.dataset.word': 'colour'
        },
        adverb={
            'train_dataloader.dataset.dataset.word': 'adverb',
            'val_dataloader.dataset.word': 'adverb',
            'test_dataloader.dataset.word': 'adverb',
            'train_dataloader.dataset.dataset.pipeline.0.transforms.1.span': {{_base_.last_words}},
            'val_dataloader.dataset.pipeline.0.transforms.1.span': {{_base_.last_words}},
            'test_dataloader.dataset.pipeline.0.transforms.1.span': {{_base_.last_words}}
        },
        digit={
            'model.cls_head.num_classes': 10,
            'train_dataloader.dataset.dataset.word': 'digit',
            'val_dataloader.dataset.word': 'digit',
            'test_dataloader.dataset.word': 'digit',
            'train_dataloader.dataset.dataset.pipeline.0.transforms.1.span': {{_base_.last_words}},
            'val_dataloader.dataset.pipeline.0.transforms.1.span': {{_base_.last_words}},
            'test_dataloader.dataset.pipeline.0.transforms.1.span': {{_base_.last_words}}
        }),
    rule='Last iteration; one clip a video')
