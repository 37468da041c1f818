# Motions of SoundingShapes from the sound alone, 10 labelled videos a class.
_base_ = 'audio_visual_shapes.py'

model = dict(cls_head=dict(in_channels=dict(_delete_=True, audio=64)))
train_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleSyncWindows', clip_seconds={{_base_.clip_seconds}}, num_negatives=0),
    dict(type='LoadAudio', sample_rate=16000, min_level=None),
    dict(type='PackAudioVisualInputs'),
]
test_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleSyncWindows', clip_seconds={{_base_.clip_seconds}}, num_negatives=0,
         test_mode=True),
    dict(type='LoadAudio', sample_rate=16000, min_level=None),
    dict(type='PackAudioVisualInputs'),
]
train_dataloader = dict(dataset=dict(dataset=dict(pipeline=train_pipeline)))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
