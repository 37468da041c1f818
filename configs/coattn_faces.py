# The network `faces` that the package ships: a talking face. It learns from one speaker of the GRID
# corpus alone, changed by all that faces, voices, cameras, rooms and microphones vary.
_base_ = [
    '_base_/models/coattn_small.py', '_base_/datasets/grid.py',
    '_base_/schedules/small_cosine.py', '_base_/av_runtime.py'
]

# What the network sees of a face that is found in a video: a square around the mouth; its side in
# widths of the face, and the height of its middle from the top of the face (0) to its bottom (1).
face_crop = dict(width=1.04, down=0.78)

train_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='ChangeSpeed'),
    dict(type='SampleSyncWindows', clip_seconds=1.6, num_negatives=3, min_shift=0.2,
         audio_seconds=2.24, grid=0.04),
    dict(type='LoadFrames', num_frames=40),
    dict(type='FixedCrop', box=(0.1, 0.33, 0.75, 0.98)),  # the face, with room around it
    dict(type='AugmentFrames', size=48, area=(0.3, 0.8)),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudio', sample_rate=16000),
    dict(type='AugmentAudio'),
    dict(type='PackAudioVisualInputs'),
]
model = dict(backbone=dict(audio=dict(strides=((1, 1), (2, 2), (2, 1)))))
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
optim_wrapper = dict(optimizer=dict(lr=4e-3))
train_cfg = dict(max_epochs=32, val_interval=8)
