# Motions of SoundingShapes from the picture alone: tier `easy`, one object a scene, so that the
# picture says which motion is meant. Made on first use.
data_root = '{{$MMAV_DATA_ROOT:data/sounding_shapes}}'
clip_seconds = 1.6  # s, as in pretraining
num_frames = 32

# Four clips spread over the 4 s of a video, the whole picture.
test_pipeline = [
    dict(type='OpenAudioVisual', need_audio=False),
    dict(type='SampleVideoClips', clip_seconds=clip_seconds, num_clips=4, test_mode=True),
    dict(type='LoadClipFrames', num_frames=num_frames),
    dict(type='Resize', scale=(56, 56), keep_ratio=False),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs', meta_keys=('filename', )),
]
test_dataloader = dict(
    batch_size=8,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='SoundingShapesDataset',
        data_root=data_root,
        tier='easy',
        split='test',
        on_unusable='error',
        test_mode=True,
        pipeline=test_pipeline))
