# Where is the sound made? A checkpoint of coattn_pretrain_demo.py, per frame. Other kinds of maps:
#   --cfg-options model.test_cfg.map_source=similarity   (or rollout, gradcam, motion)
_base_ = '../coattn_pretrain_demo.py'

model = dict(test_cfg=dict(blind_controls=False, return_map=True, map_source='attention'))
test_pipeline = _base_.test_pipeline
test_pipeline[-1] = dict(
    type='PackAudioVisualInputs', extra_meta_keys=('objects', 'fps'))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_evaluator = dict(type='SoundLocalizationMetric')
