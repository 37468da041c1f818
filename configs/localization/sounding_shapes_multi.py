# Two sources in one scene: every source at its own events, IIoU over the sources of a clip. The rows
# ending in `_split` have a map for each of two sources, told apart by where and when they stand out.
_base_ = 'sounding_shapes_medium.py'

# Gentler, since two sources share what stands out over the clip. Chosen on 80 validation clips.
model = dict(test_cfg=dict(map_refiner=dict(sharpness=1.0, still_parts=8.0)))
test_dataloader = dict(dataset=dict(tier='multi'))
test_evaluator = dict(num_sources=2)
