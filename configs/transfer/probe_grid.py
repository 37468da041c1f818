# Linear classifier on the frozen tower: words of GRID from video, 60 labelled videos a class.
_base_ = ['_base_/runtime.py', '_base_/small_tower.py', '_base_/grid.py']

# The whole sentence.
test_pipeline = [
    dict(type='OpenAudioVisual', need_audio=False),
    dict(type='SampleMiddleWindow', clip_seconds=2.96, video_only=True),
    dict(type='LoadFrames', num_frames=74),
    dict(type='FixedCrop', box=_base_.lower_face),
    dict(type='Resize', scale=(56, 56), keep_ratio=False),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys=('filename', )),
]
train_dataloader = dict(dataset=dict(dataset=dict(test_mode=True, pipeline=test_pipeline)))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
transfer = dict(
    protocol='probe',
    features=dict(num_segments=18),
    splits={
        word: {
            'train_dataloader.dataset.dataset.word': word,
            'test_dataloader.dataset.word': word
        }
        for word in ('command', 'colour', 'adverb', 'digit')
    },
    rule='Frozen tower; one clip, the whole sentence; the penalty is chosen by cross-validation '
    'over the labelled videos')
