# The network `events` that the package ships: anything that moves when it sounds. It learns from
# SoundingShapes alone, changed by all that real cameras, rooms and microphones vary.
_base_ = [
    '_base_/models/coattn_small.py', '_base_/datasets/shapes.py',
    '_base_/schedules/small_cosine.py', '_base_/av_runtime.py'
]

train_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='ChangeSpeed'),
    dict(type='SampleSyncWindows', clip_seconds=1.6, num_negatives=3, min_shift=0.4,
         audio_seconds=3.0, grid=0.05),
    dict(type='LoadFrames', num_frames=32),
    dict(type='AugmentFrames', size=48),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudio', sample_rate=16000),
    dict(type='AugmentAudio'),
    dict(type='PackAudioVisualInputs'),
]
# Real videos show more, and smaller things, than the scenes of the training.
test_pipeline = [
    *_base_.test_pipeline[:3],
    dict(type='Resize', scale=(112, 112), keep_ratio=False),
    *_base_.test_pipeline[4:],
]
train_dataloader = dict(
    dataset=dict(
        _delete_=True, type='ConcatDataset',
        datasets=[
            dict(type='SoundingShapesDataset', data_root={{_base_.data_root}}, tier='wild',
                 split='train', num_clips=2400, pipeline=train_pipeline),
            dict(type='SoundingShapesDataset', data_root={{_base_.data_root}}, tier='hard',
                 split='train', pipeline=train_pipeline),
            dict(type='SoundingShapesDataset', data_root={{_base_.data_root}}, tier='medium',
                 split='train', pipeline=train_pipeline),
        ]))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
train_cfg = dict(max_epochs=5, val_interval=5)
