# Does the map find the mouth? A checkpoint of coattn_pretrain_grid.py on whole faces of 60 held-out
# GRID sentences, `pointing` at the mouth box, in the mean map of a window in the middle of the clip.
_base_ = '../coattn_pretrain_grid.py'

# The recipe was trained on the lower face, which has the mouth near its centre. Here it sees the whole
# face at the same scale (2 px of the file for 1), with the mouth low on the left.
whole_face = (0.167, 0.208, 0.833, 0.875)  # x0, y0, x1, y1: 160 px of 240

model = dict(test_cfg=dict(blind_controls=False, return_map=True, map_source='attention'))

test_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleMiddleWindow', clip_seconds=1.6),
    dict(type='LoadFrames', num_frames=40),
    dict(type='FixedCrop', box=whole_face),
    dict(type='Resize', scale=(80, 80), keep_ratio=False),
    dict(type='LocalizationTargets'),
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='LoadAudioWindows', sample_rate=16000),
    dict(type='PackAudioVisualInputs', extra_meta_keys=('localization_targets', 'has_source')),
]
test_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='MouthBoxDataset',
        data_root=_base_.data_root,
        # How the boxes were made is said in the file.
        ann_file='{{ fileDirname }}/grid_mouth_boxes.json',
        hint=_base_.data_hint,
        pipeline=test_pipeline))
test_evaluator = dict(_delete_=True, type='SoundLocalizationMetric')
# tools/test.py --show-dir FOLDER: each clip with its truth, and the best, median and worst cases.
default_hooks = dict(visualization=dict(type='LocalizationVisualizationHook'))
