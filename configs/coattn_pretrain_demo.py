# The full recipe made small: SoundingShapes, 48 px, a narrow tower, no GPU needed.
_base_ = 'coattn_pretrain.py'

data_root = '{{$MMAV_DATA_ROOT:data/sounding_shapes}}'
clip_seconds = 1.6  # s
num_frames = 32  # 20 frames per second, those of the files
frame_seconds = 0.05  # s; windows begin with a frame, so that both streams meet at one phase
min_shift = 0.4  # s
max_epochs = 5
num_negatives = 3  # in training; evaluation compares one pair a clip

model = dict(
    data_preprocessor=dict(subtract_mean_frame=True),
    backbone=dict(
        visual=dict(
            num_stages=3,
            stage_blocks=(1, 1, 1),
            base_channels=16,
            out_indices=(2, ),
            conv1_kernel=(3, 5, 5),
            spatial_strides=(2, 2, 1),
            temporal_strides=(1, 1, 1),
            dilations=(1, 1, 1),
            inflate=(1, 0, 0)),
        audio=dict(base_channels=16, stage_blocks=(1, 1, 1), strides=((2, 1), (2, 2), (1, 1)))),
    neck=dict(in_channels=(64, 64), embed_dims=64),
    # With this auxiliary loss about half the steps do (configs/README.md).
    cls_head=dict(in_channels=64, time_contrast=dict(type='TimeContrast')),
    # The best kind of map for things that move when they sound (configs/localization/README.md).
    test_cfg=dict(map_source=dict(type='MovingSourceMap')))

train_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleSyncWindows', clip_seconds=clip_seconds, num_negatives=num_negatives,
         min_shift=min_shift, grid=frame_seconds, random_phase=False),
    dict(type='LoadFrames', num_frames=num_frames),
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
    dict(type='Resize', scale=(56, 56), keep_ratio=False),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudioWindows', sample_rate=16000),
    dict(type='PackAudioVisualInputs'),
]

train_dataloader = dict(
    batch_size=8,
    num_workers=2,
    pin_memory=False,
    dataset=dict(
        _delete_=True,
        type='SoundingShapesDataset',
        data_root=data_root,
        tier='medium',
        split='train',
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=16,
    num_workers=2,
    dataset=dict(
        _delete_=True,
        type='SoundingShapesDataset',
        data_root=data_root,
        tier='medium',
        split='val',
        test_mode=True,
        pipeline=test_pipeline))
test_dataloader = dict(
    batch_size=16,
    num_workers=2,
    dataset=dict(
        _delete_=True,
        type='SoundingShapesDataset',
        data_root=data_root,
        tier='medium',
        split='test',
        test_mode=True,
        pipeline=test_pipeline))

train_cfg = dict(max_epochs=max_epochs, val_interval=5)
optim_wrapper = dict(
    _delete_=True,
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=3e-3, weight_decay=0.05),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0),
    clip_grad=dict(max_norm=5.0))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.02, by_epoch=False, begin=0, end=50),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=0, end=max_epochs, T_max=max_epochs,
         eta_min_ratio=0.01, convert_to_iter_based=True),
]
auto_scale_lr = dict(base_batch_size=8)
