# GRID talking faces (Cooke et al. 2006): lower face of one speaker, 25 frames per second.
_base_ = ['small_clips.py', 'grid_s1.py']

clip_seconds = 1.6  # s
num_frames = 40
frame_seconds = 0.04  # s
audio_seconds = 2.96  # s; the shortest files have 74 frames

# Of the small clips' pipelines the sampling is changed, and the lower face is cut out first.
train_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleSyncWindows', clip_seconds=clip_seconds, num_negatives=3, min_shift=0.2,
         audio_seconds=audio_seconds, grid=frame_seconds, random_phase=False),
    dict(type='LoadFrames', num_frames=num_frames),
    dict(type='FixedCrop', box=_base_.lower_face),
    *_base_.train_pipeline[3:],
]
# The same changed by all that faces, voices, cameras, rooms and microphones vary.
varied_train_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='ChangeSpeed'),
    dict(type='SampleSyncWindows', clip_seconds=clip_seconds, num_negatives=3, min_shift=0.2,
         audio_seconds=2.24, grid=frame_seconds),
    dict(type='LoadFrames', num_frames=num_frames),
    dict(type='FixedCrop', box=(0.1, 0.33, 0.75, 0.98)),  # the face, with room around it
    dict(type='AugmentFrames', size=48, area=(0.3, 0.8)),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudio', sample_rate=16000),
    dict(type='AugmentAudio'),
    dict(type='PackAudioVisualInputs'),
]
test_pipeline = [
    _base_.test_pipeline[0],
    dict(_base_.test_pipeline[1], audio_seconds=audio_seconds, grid=frame_seconds),
    dict(type='LoadFrames', num_frames=num_frames),
    dict(type='FixedCrop', box=_base_.lower_face),
    *_base_.test_pipeline[3:],
]
train_dataloader = dict(
    batch_size=16,
    dataset=dict(
        type='AudioVisualDataset', data_root=_base_.data_root, ann_file='train.csv', hint=_base_.data_hint,
        pipeline=train_pipeline))
val_dataloader = dict(
    dataset=dict(
        type='AudioVisualDataset', data_root=_base_.data_root, ann_file='val.csv', hint=_base_.data_hint,
        test_mode=True, pipeline=test_pipeline))
test_dataloader = val_dataloader
auto_scale_lr = dict(base_batch_size=16)
