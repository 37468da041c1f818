# Two sources in one scene: every source at its own events, IIoU over the sources of a clip. The rows
# ending in `_split` have a map for each of two sources, told apart by where and when they stand out.
_base_ = 'sounding_shapes_medium.py'

test_dataloader = dict(dataset=dict(tier='multi'))
test_evaluator = dict(num_sources=2)
# Gentler, since two sources share what stands out over the clip: edges near the stronger one would
# hide the other. And no place explains the sound of two things, so evidence is thin: similarity is
# better here. Chosen on 80 and 60 validation clips.
model = dict(test_cfg=dict(map_source=dict(
    picker='similarity', sharpness=1.0, still_parts=8.0, reach=0.1)))
