# SoundingShapes `wild` with `hard` and `medium`, changed by all that real cameras, rooms and microphones
# vary; evaluation on `hard`.
_base_ = 'small_clips.py'

data_root = '{{$MMAV_DATA_ROOT:data/sounding_shapes}}'
train_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='ChangeSpeed'),
    dict(type='SampleSyncWindows', clip_seconds=1.6, num_negatives=3, min_shift=0.4,
         audio_seconds=3.0, grid=0.05),  # 4 s, played faster
    dict(type='LoadFrames', num_frames=32),
    dict(type='AugmentFrames', size=96),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudio', sample_rate=16000),
    dict(type='AugmentAudio'),
    dict(type='PackAudioVisualInputs'),
]
# A part of the frame in training, all of it here: the same scale.
test_pipeline = [
    *_base_.test_pipeline[:3],
    dict(type='Resize', scale=(112, 112), keep_ratio=False),
    *_base_.test_pipeline[4:],
]
train_dataloader = dict(
    dataset=dict(
        type='ConcatDataset',
        datasets=[
            dict(type='SoundingShapesDataset', data_root=data_root, tier='wild', split='train',
                 pipeline=train_pipeline),
            dict(type='SoundingShapesDataset', data_root=data_root, tier='hard', split='train',
                 pipeline=train_pipeline),
            dict(type='SoundingShapesDataset', data_root=data_root, tier='medium', split='train',
                 pipeline=train_pipeline),
        ]))
val_dataloader = dict(
    dataset=dict(
        type='SoundingShapesDataset', data_root=data_root, tier='hard', split='val', test_mode=True,
        pipeline=test_pipeline))
test_dataloader = dict(
    dataset=dict(
        type='SoundingShapesDataset', data_root=data_root, tier='hard', split='test', test_mode=True,
        pipeline=test_pipeline))
