# Does the map find the mouth? A checkpoint of coattn_pretrain_grid.py on 60 held-out GRID sentences:
# `pointing` at the mouth box, in the mean map of the sentence.
_base_ = '../coattn_pretrain_grid.py'

# The recipe was trained on the lower face, which has the mouth near its centre. Here it sees the whole
# frame at the same scale (2 px of the file for 1), with the mouth below and left of the middle.
whole_frame = (0.0, 0.0, 1.0, 1.0)  # x0, y0, x1, y1

model = dict(test_cfg=dict(blind_controls=False, return_map=True))

test_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleMiddleWindow', clip_seconds=2.8),  # of 3 s
    dict(type='LoadFrames', num_frames=70),
    dict(type='FixedCrop', box=whole_frame),
    dict(type='Resize', scale=(120, 120), keep_ratio=False),
    dict(type='LocalizationTargets'),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudio', sample_rate=16000),
    dict(type='PackAudioVisualInputs', extra_meta_keys=('localization_targets', 'has_source')),
]
test_dataloader = dict(
    batch_size=4,
    dataset=dict(
        _delete_=True,
        type='VGGSSDataset',  # the boxes are in its format
        data_root=_base_.data_root,
        ann_file='{{ fileDirname }}/grid_mouth_boxes.json',
        hint=_base_.data_hint,
        pipeline=test_pipeline))
test_evaluator = dict(_delete_=True, type='SoundLocalizationMetric')
