# Motions of SoundingShapes from audio and video, 10 labelled videos a class. The tier is `medium`:
# beside the object that sounds there are silent ones with motions of their own, so that the video
# alone does not say which motion is meant.
#   load_from: a checkpoint of the pretext network itself, both towers; no conversion is needed.
_base_ = [
    '_base_/runtime.py', '../_base_/models/coattn_small.py', '_base_/shapes.py',
    '_base_/finetune.py'
]

clip_seconds = 1.6  # s
max_epochs = 64

model = dict(
    type='AudioVisualClassifier',
    neck=None,
    cls_head=dict(
        _delete_=True, type='SegmentHead', num_classes=8,
        in_channels=dict(visual=64, audio=64), average_clips='prob'),
    test_cfg=None)

# The whole frame, as in testing.
train_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleSyncWindows', clip_seconds=clip_seconds, num_negatives=0),
    dict(type='LoadFrames', num_frames=_base_.num_frames),
    dict(type='Resize', scale=(56, 56), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudio', sample_rate=16000, min_level=None),
    dict(type='PackAudioVisualInputs'),
]
test_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleSyncWindows', clip_seconds=clip_seconds, num_negatives=0, test_mode=True),
    dict(type='LoadFrames', num_frames=_base_.num_frames),
    dict(type='Resize', scale=(56, 56), keep_ratio=False),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudio', sample_rate=16000, min_level=None),
    dict(type='PackAudioVisualInputs'),
]
train_dataloader = dict(
    batch_size=16,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        dataset=dict(tier='medium', num_clips=1200, test_mode=False, pipeline=train_pipeline)))
val_dataloader = dict(
    _base_.test_dataloader,
    batch_size=16,
    dataset=dict(_base_.test_dataloader.dataset, tier='medium', pipeline=test_pipeline))
test_dataloader = val_dataloader
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs)
default_hooks = dict(checkpoint=dict(interval=16, max_keep_ckpts=1, save_best=None))
transfer = dict(protocol='finetune', rule='Last epoch; one clip a video')
