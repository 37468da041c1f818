# GRID talking faces (Cooke et al. 2006): lower face of one speaker, shifts of at least 0.4 s.
# Expects <data_root>/train.csv and val.csv with a column `file`, relative to <data_root>.
_base_ = 'coattn_pretrain_demo.py'

data_root = '{{$MMAV_DATA_ROOT:data/grid_s1}}'
data_hint = (
    'This recipe reads one speaker of the GRID corpus: download the videos of speaker s1 into '
    'videos/ of that folder, and write two tables train.csv and val.csv beside it, whose first '
    'line is `file` and whose others name one video each, such as videos/bbaf2n.mp4.')
clip_seconds = 1.6  # s
num_frames = 40  # GRID's own 25 frames per second
frame_seconds = 0.04  # s; windows begin with a frame, so that both streams meet at one phase
min_shift = 0.4  # s, of evaluation
train_min_shift = 0.2  # s
max_epochs = 8
num_negatives = 3  # in training; evaluation compares one pair a clip
# Lower face as fractions (x0, y0, x1, y1) of the picture: 112 px of 240 around the mouth.
lower_face = (0.267, 0.454, 0.733, 0.921)

# One speaker before one wall: what stands still is the same in every clip, and need not be taken out.
model = dict(
    data_preprocessor=dict(subtract_mean_frame=False),
    backbone=dict(audio=dict(strides=((1, 1), (2, 2), (2, 1)))),
    neck=dict(centre_time=False))

train_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleSyncWindows', clip_seconds=clip_seconds, num_negatives=num_negatives,
         min_shift=train_min_shift, grid=frame_seconds, random_phase=False),
    dict(type='LoadFrames', num_frames=num_frames),
    dict(type='FixedCrop', box=lower_face),
    dict(type='Resize', scale=(56, 56), keep_ratio=False),
    dict(type='RandomCrop', size=48),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudioWindows', sample_rate=16000),
    dict(type='PackAudioVisualInputs'),
]
# The whole picture, at the scale of training: the towers take any size.
test_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleSyncWindows', clip_seconds=clip_seconds, num_negatives=1,
         min_shift=min_shift, grid=frame_seconds, test_mode=True),
    dict(type='LoadFrames', num_frames=num_frames),
    dict(type='FixedCrop', box=lower_face),
    dict(type='Resize', scale=(56, 56), keep_ratio=False),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudioWindows', sample_rate=16000),
    dict(type='PackAudioVisualInputs'),
]

train_dataloader = dict(
    batch_size=16,
    dataset=dict(
        _delete_=True,
        type='AudioVisualDataset',
        data_root=data_root,
        ann_file='train.csv',
        hint=data_hint,
        pipeline=train_pipeline))
val_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='AudioVisualDataset',
        data_root=data_root,
        ann_file='val.csv',
        hint=data_hint,
        test_mode=True,
        pipeline=test_pipeline))
test_dataloader = val_dataloader

train_cfg = dict(max_epochs=max_epochs, val_interval=1)
optim_wrapper = dict(optimizer=dict(lr=4e-3))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=True, begin=0, end=1,
         convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=1, end=max_epochs, T_max=max_epochs - 1,
         eta_min_ratio=0.01, convert_to_iter_based=True),
]
auto_scale_lr = dict(base_batch_size=16)
