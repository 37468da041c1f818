# Fine-tuning: words of GRID from video, 60 labelled videos a class, 160 steps of 16 clips.
_base_ = ['_base_/runtime.py', '_base_/small_tower.py', '_base_/grid.py', '_base_/finetune.py']

max_iters = 160
num_frames = 34
model = dict(cls_head=dict(num_classes=4, num_segments=8, dropout_ratio=0.5))
# 38 frames in which the word is spoken.
read = [
    dict(type='OpenAudioVisual', need_audio=False),
    dict(type='SampleMiddleWindow', clip_seconds=1.52, video_only=True, span=_base_.first_words),
    dict(type='LoadFrames', num_frames=38),
    dict(type='FixedCrop', box=_base_.lower_face),
    dict(type='Resize', scale=(56, 56), keep_ratio=False),
]
train_pipeline = [
    *read,
    dict(type='TemporalCrop', num_frames=num_frames),
    dict(type='RandomCrop', size=48),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys=('filename', )),
]
test_pipeline = [
    *read,
    dict(type='TemporalCrop', num_frames=num_frames, test_mode=True),
    dict(type='CenterCrop', crop_size=48),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys=('filename', )),
]
train_dataloader = dict(
    batch_size=16,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(dataset=dict(pipeline=train_pipeline)))
val_dataloader = dict(
    _base_.test_dataloader,
    batch_size=16,
    dataset=dict(_base_.test_dataloader.dataset, pipeline=test_pipeline))
test_dataloader = val_dataloader
# Counted in iterations, so that ten digits get as many steps as four colours.
train_cfg = dict(
    _delete_=True, type='IterBasedTrainLoop', max_iters=max_iters, val_interval=max_iters)
default_hooks = dict(
    logger=dict(log_metric_by_epoch=False),
    checkpoint=dict(by_epoch=False, interval=max_iters // 4, max_keep_ckpts=1, save_best=None))
log_processor = dict(by_epoch=False)

# The classifier begins at random and has few steps.
optim_wrapper = dict(paramwise_cfg=dict(custom_keys={'cls_head': dict(lr_mult=5.0)}))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=False, begin=0, end=20),
    dict(type='CosineAnnealingLR', by_epoch=False, begin=20, end=max_iters, T_max=max_iters - 20,
         eta_min_ratio=0.01),
]
loaders = ('train_dataloader.dataset', 'val_dataloader', 'test_dataloader')
late = {f'{loader}.dataset.pipeline.1.span': _base_.last_words for loader in loaders}
words = dict(command={}, colour={}, adverb=late, digit={'model.cls_head.num_classes': 10, **late})
transfer = dict(
    protocol='finetune',
    splits={
        word: {**{f'{loader}.dataset.word': word for loader in loaders}, **options}
        for word, options in words.items()
    },
    rule='Last iteration; one clip a video')
del late, loaders, read, words
