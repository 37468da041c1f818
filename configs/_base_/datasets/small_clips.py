# Clips for the small network: 56 px at 20 frames per second, cropped to 48 px in training.
clip_seconds = 1.6  # s
num_frames = 32
frame_seconds = 0.05  # s; windows begin with a frame, so that both streams meet at one phase
min_shift = 0.4  # s
audio_seconds = 4.0  # s, of the segment that holds all windows of a sample

train_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleSyncWindows', clip_seconds=clip_seconds, num_negatives=3, min_shift=min_shift,
         audio_seconds=audio_seconds, grid=frame_seconds, random_phase=False),
    dict(type='LoadFrames', num_frames=num_frames),
    dict(type='Resize', scale=(56, 56), keep_ratio=False),
    dict(type='RandomCrop', size=48),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudio', sample_rate=16000),
    dict(type='PackAudioVisualInputs'),
]
# The whole frame, at the scale of training: the towers take any size.
test_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleSyncWindows', clip_seconds=clip_seconds, num_negatives=1, min_shift=min_shift,
         audio_seconds=audio_seconds, grid=frame_seconds, test_mode=True),
    dict(type='LoadFrames', num_frames=num_frames),
    dict(type='Resize', scale=(56, 56), keep_ratio=False),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudio', sample_rate=16000),
    dict(type='PackAudioVisualInputs'),
]
train_dataloader = dict(
    batch_size=8,
    num_workers=2,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='ResumableSampler', shuffle=True))
val_dataloader = dict(
    batch_size=16,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False))
test_dataloader = val_dataloader

val_evaluator = dict(type='SyncMetric')
test_evaluator = val_evaluator
auto_scale_lr = dict(enable=False, base_batch_size=8)
