# UCF101 by mmaction2's own lists and loaders: 32 frames of 112 px at 12.5 frames per second
# (pretraining: 16), 3 splits. The official lists have no validation part.
data_root = '{{$MMAV_DATA_ROOT:data/ucf101}}'

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
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='VideoDataset',
        data_root=data_root,
        ann_file='ucf101_train_split_1_videos.txt',
        data_prefix=dict(video='videos'),
        pipeline=train_pipeline))
test_dataloader = dict(
    batch_size=1,
    num_workers=8,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='VideoDataset',
        data_root=data_root,
        ann_file='ucf101_val_split_1_videos.txt',
        data_prefix=dict(video='videos'),
        test_mode=True,
        pipeline=test_pipeline))
val_dataloader = test_dataloader
transfer = dict(
    splits={
        f'split{number}': {
            f'{loader}_dataloader.dataset.ann_file': f'ucf101_{part}_split_{number}_videos.txt'
            for loader, part in (('train', 'train'), ('val', 'val'), ('test', 'val'))
        }
        for number in (1, 2, 3)
    })
rules = dict(
    probe='Frozen tower; mean feature of 10 clips of a video; the penalty is chosen by '
    'cross-validation over the training videos; mean over the splits',
    retrieval='No training; mean feature of 10 clips of a video, centred, L2-normalised, cosine; '
    'gallery: training videos of the split; mean over the splits',
    finetune='Last epoch; mean of the probabilities of 10 clips of a video, one crop; mean over '
    'the splits')
