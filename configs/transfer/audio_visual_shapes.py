# Motions of SoundingShapes from audio and video, 10 labelled videos a class. The tier is `medium`:
# beside the object that sounds there are silent ones with motions of their own, so that the video
# alone does not say which motion is meant.
#   load_from: a checkpoint of the pretext network itself, both towers; no conversion is needed.
_base_ = ['_base_/runtime.py', '../_base_/models/coattn_small.py', '_base_/finetune.py']

data_root = '{{$MMAV_DATA_ROOT:data/sounding_shapes}}'
clip_seconds = 1.6  # s
num_frames = 32
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
    dict(type='LoadFrames', num_frames=num_frames),
    dict(type='Resize', scale=(56, 56), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudio', sample_rate=16000, min_level=None),
    dict(type='PackAudioVisualInputs'),
]
test_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleSyncWindows', clip_seconds=clip_seconds, num_negatives=0, test_mode=True),
    dict(type='LoadFrames', num_frames=num_frames),
    dict(type='Resize', scale=(56, 56), keep_ratio=False),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudio', sample_rate=16000, min_level=None),
    dict(type='PackAudioVisualInputs'),
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
            data_root=data_root,
            tier='medium',
            split='train',
            on_unusable='error',
            pipeline=train_pipeline)))
test_dataloader = dict(
    batch_size=16,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='SoundingShapesDataset',
        data_root=data_root,
        tier='medium',
        split='test',
        on_unusable='error',
        test_mode=True,
        pipeline=test_pipeline))
val_dataloader = test_dataloader
train_cfg = dict(max_epochs=max_epochs, val_interval=max_epochs)
default_hooks = dict(checkpoint=dict(interval=16, max_keep_ckpts=1, save_best=None))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=True, begin=0, end=4,
         convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=4, end=max_epochs, T_max=max_epochs - 4,
         eta_min_ratio=0.01, convert_to_iter_based=True),
]
transfer = dict(protocol='finetune', rule='Last epoch; one clip a video')
