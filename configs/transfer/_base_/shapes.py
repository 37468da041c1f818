# Motions of SoundingShapes from video alone: tier `easy`, one object a scene, so that the
# video says which motion is meant. Made on first use.
data_root = '{{$MMAV_DATA_ROOT:data/sounding_shapes}}'
num_frames = 32  # 1.6 s, as in pretraining

# All 80 frames of a video.
read = [
    dict(type='OpenAudioVisual', need_audio=False),
    dict(type='SampleMiddleWindow', clip_seconds=4.0, video_only=True),
    dict(type='LoadFrames', num_frames=80),
    dict(type='Resize', scale=(56, 56), keep_ratio=False),
]

# Four clips spread over the 4 s of a video, the whole video.
test_pipeline = [
    *read,
    dict(type='TemporalCrop', num_frames=num_frames, num_clips=4, test_mode=True),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys=('filename', )),
]
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    dataset=dict(
        type='FewShotDataset',
        num_per_class=10,
        dataset=dict(
            type='SoundingShapesDataset',
            data_root=data_root,
            tier='easy',
            split='train',
            num_clips=400,  # from which labelled videos are drawn, and which are searched
            on_unusable='error',
            test_mode=True,
            pipeline=test_pipeline)))
test_dataloader = dict(
    batch_size=8,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='SoundingShapesDataset',
        data_root=data_root,
        tier='easy',
        split='test',
        num_clips=300,
        on_unusable='error',
        test_mode=True,
        pipeline=test_pipeline))
