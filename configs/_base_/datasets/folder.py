# A folder of videos with audio, with the lists train.txt and val.txt in it; clips of 112 px.
# MMAV_DATA_ROOT, or tools' `--cfg-options data_root=...`, points every split elsewhere.
_base_ = 'small_clips.py'

data_root = '{{$MMAV_DATA_ROOT:data/audioset}}'
data_hint = (
    'This recipe reads the video files of that folder, at any depth, and two lists train.txt and '
    'val.txt beside them, with the path of one video, relative to the folder, on each line.')
clip_seconds = 2.0  # s
num_frames = 32  # 16 frames per second
min_shift = 0.5  # s
audio_seconds = 5.0  # s, of the segment that holds all windows of a sample

train_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleSyncWindows', clip_seconds=clip_seconds, num_negatives=3,
         min_shift=min_shift, audio_seconds=audio_seconds),
    dict(type='LoadFrames', num_frames=num_frames),
    dict(type='RandomResizedCrop', area_range=(0.5, 1.0)),
    dict(type='Resize', scale=(112, 112), keep_ratio=False),
    *_base_.train_pipeline[5:],
]
# Evaluation: one in-sync and one shifted window per clip, fixed by seed and file.
test_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleSyncWindows', clip_seconds=clip_seconds, num_negatives=1,
         min_shift=min_shift, audio_seconds=audio_seconds, test_mode=True),
    dict(type='LoadFrames', num_frames=num_frames),
    dict(type='Resize', scale=(-1, 128)),
    dict(type='CenterCrop', crop_size=112),
    *_base_.test_pipeline[4:],
]

train_dataloader = dict(
    batch_size=32,
    num_workers=8,
    pin_memory=True,
    dataset=dict(
        type='AudioVisualDataset', data_root=data_root, ann_file='train.txt', hint=data_hint,
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=32,
    num_workers=8,
    dataset=dict(
        type='AudioVisualDataset', data_root=data_root, ann_file='val.txt', hint=data_hint,
        test_mode=True, pipeline=test_pipeline))
test_dataloader = val_dataloader
