# Linear classifier on the frozen tower: words of GRID from video, 60 labelled videos a class.
_base_ = [
    'mmaction::_base_/default_runtime.py', '_base_/runtime.py', '_base_/small_tower.py',
    '_base_/grid.py'
]

# The whole sentence.
test_pipeline = [
    dict(type='CacheFrames', folder={{_base_.frame_cache}}, transforms=[
        dict(type='OpenAudioVisual', need_audio=False),
        dict(type='SampleVideoClips', clip_seconds=2.96, test_mode=True),
        dict(type='LoadClipFrames', num_frames=74),
        dict(type='FixedCrop', box={{_base_.lower_face}}),
        dict(type='Resize', scale=(56, 56), keep_ratio=False)]),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys=('filename', )),
]
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    dataset=dict(
        type='FewShotDataset',
        num_per_class=60,
        dataset=dict(
            type='GridWordsDataset',
            data_root={{_base_.data_root}},
            ann_file='train.csv',
            hint={{_base_.data_hint}},
            on_unusable='error',
            test_mode=True,
            pipeline=test_pipeline)))
test_dataloader = dict(
    batch_size=8,
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
transfer = dict(
    protocol='probe',
    features=dict(num_segments=18),
    splits=dict(
        command={
            'train_dataloader.dataset.dataset.word': 'command',
            'test_dataloader.dataset.word': 'command'
        },
        colour={
            'train_dataloader.dataset.dataset.word': 'colour',
            'test_dataloader.dataset.word': 'colour'
        },
        adverb={
            'train_dataloader.dataset.dataset.word': 'adverb',
            'test_dataloader.dataset.word': 'adverb'
        },
        digit={
            'train_dataloader.dataset.dataset.word': 'digit',
            'test_dataloader.dataset.word': 'digit'
        }),
    rule='Frozen tower; one clip, the whole sentence; the penalty is chosen by cross-validation '
    'over the labelled videos')
