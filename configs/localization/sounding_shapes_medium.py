# Where is the sound made? A checkpoint of coattn_pretrain_demo.py, one evaluated frame an event.
#   the bare map that the network decides by:  --cfg-options model.test_cfg.map_refiner=None
#   what moves, whatever the audio:            --cfg-options model.test_cfg.map_refiner.sharpness=0
_base_ = '../coattn_pretrain_demo.py'

clip_seconds = 3.8  # s: nearly the whole file, since a source stays a source
num_frames = 76
size = 104  # px; the towers take any size, and finer locations than those of training help

model = dict(test_cfg=dict(blind_controls=False, return_map=True))
test_pipeline = [
    dict(type='OpenAudioVisual'),
    dict(type='SampleSyncWindows', clip_seconds=clip_seconds, num_negatives=0,
         min_shift=_base_.min_shift, grid=_base_.frame_seconds, test_mode=True),
    dict(type='LoadFrames', num_frames=num_frames),
    dict(type='Resize', scale=(size, size), keep_ratio=False),
    dict(type='LocalizationTargets'),
    *_base_.test_pipeline[4:6],  # to clips, and the audio
    dict(type='ReplaceSound'),
    dict(type='PackAudioVisualInputs',
         extra_meta_keys=('localization_targets', 'has_source', 'silent_kind')),
]
test_dataloader = dict(batch_size=4, dataset=dict(pipeline=test_pipeline))
test_evaluator = dict(_delete_=True, type='SoundLocalizationMetric')
