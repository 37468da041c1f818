# Fine-tuning on UCF101, 3 splits: mmaction2's own recipe for its lists and loaders, with the
# pretrained MC3-18, 32 frames of 112 px at 12.5 frames per second (pretraining: 16).
_base_ = [
    'mmaction::recognition/c3d/c3d_sports1m-pretrained_8xb30-16x1x1-45e_ucf101-rgb.py',
    '_base_/runtime.py'
]

data_root = '{{$MMAV_DATA_ROOT:data/ucf101}}'

num_classes = 101
max_epochs = 45
model = dict(
    _delete_=True,
    type='Recognizer3D',
    backbone=dict(
        type='ResNet3d',
        depth=18,
        inflate=((1, 1), (0, 0), (0, 0), (0, 0)),
        conv1_kernel=(3, 7, 7),
        conv1_stride_t=1,
        with_pool1=False,
        with_pool2=False,
        temporal_strides=(1, 1, 1, 1),
        pretrained2d=False),
    cls_head=dict(
        type='I3DHead', num_classes=num_classes, in_channels=512, dropout_ratio=0.5,
        average_clips='prob'),
    data_preprocessor=dict(
        type='ActionDataPreprocessor',
        mean=[110.2, 100.6, 96.0],
        std=[58.0, 56.2, 56.5],
        format_shape='NCTHW'))

train_pipeline = [
    dict(type='DecordInit'),
    dict(type='SampleFrames', clip_len=32, frame_interval=2, num_clips=1),
    dict(type='DecordDecode'),
    dict(type='RandomResizedCrop', area_range=(0.5, 1.0)),
    dict(type='Resize', scale=(112, 112), keep_ratio=False),
    dict(type='Flip', flip_ratio=0.5),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
# 10 clips, one crop.
test_pipeline = [
    dict(type='DecordInit'),
    dict(type='SampleFrames', clip_len=32, frame_interval=2, num_clips=10, test_mode=True),
    dict(type='DecordDecode'),
    dict(type='Resize', scale=(-1, 128)),
    dict(type='CenterCrop', crop_size=112),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
train_dataloader = dict(
    batch_size=16,
    dataset=dict(
        data_root=data_root,
        ann_file='ucf101_train_split_1_videos.txt',
        data_prefix=dict(_delete_=True, video='videos'),
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=1,
    dataset=dict(
        data_root=data_root,
        ann_file='ucf101_val_split_1_videos.txt',
        data_prefix=dict(_delete_=True, video='videos'),
        pipeline=test_pipeline))
test_dataloader = dict(
    batch_size=1,
    dataset=dict(
        data_root=data_root,
        ann_file='ucf101_val_split_1_videos.txt',
        data_prefix=dict(_delete_=True, video='videos'),
        pipeline=test_pipeline))
# The official lists have no validation part: the test part is evaluated once, after the last epoch.
train_cfg = dict(max_epochs=max_epochs, val_begin=max_epochs, val_interval=max_epochs)
default_hooks = dict(checkpoint=dict(interval=5, max_keep_ckpts=1, save_best=None))
optim_wrapper = dict(
    _delete_=True,
    optimizer=dict(type='AdamW', lr=2e-4, weight_decay=0.05),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0),
    clip_grad=dict(max_norm=5.0))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=True, begin=0, end=2,
         convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=2, end=max_epochs, T_max=max_epochs - 2,
         eta_min_ratio=0.01, convert_to_iter_based=True),
]
auto_scale_lr = dict(base_batch_size=16)

transfer = dict(
    protocol='finetune',
    splits=dict(
        split1={},
        split2={
            'train_dataloader.dataset.ann_file': 'ucf101_train_split_2_videos.txt',
            'val_dataloader.dataset.ann_file': 'ucf101_val_split_2_videos.txt',
            'test_dataloader.dataset.ann_file': 'ucf101_val_split_2_videos.txt'
        },
        split3={
            'train_dataloader.dataset.ann_file': 'ucf101_train_split_3_videos.txt',
            'val_dataloader.dataset.ann_file': 'ucf101_val_split_3_videos.txt',
            'test_dataloader.dataset.ann_file': 'ucf101_val_split_3_videos.txt'
        }),
    rule='Last epoch; mean of the probabilities of 10 clips of a video, one crop; mean over the '
    'splits')
