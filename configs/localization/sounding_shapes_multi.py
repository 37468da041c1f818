# Two sources in one scene, a checkpoint of coattn_pretrain_sources.py: a map and a mask of the audio
# for each. IIoU over the sources of a clip at their own events, and which sound is whose by the
# sources' true solo audio.
_base_ = 'sounding_shapes_medium.py'

# Gentler, since two sources share what stands out over the clip. Chosen on validation clips.
model = dict(
    neck=dict(mask=True),
    test_cfg=dict(num_sources=2, map_refiner=dict(sharpness=1.0, still_parts=8.0)))
test_dataloader = dict(dataset=dict(tier='multi'))
test_evaluator = [
    dict(type='SoundLocalizationMetric', num_sources=2),
    dict(type='SourceSeparationMetric', log_mel=_base_.model.data_preprocessor.log_mel),
]
