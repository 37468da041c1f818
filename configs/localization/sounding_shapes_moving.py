# Sources that travel: where is the sound made at each event? A checkpoint of coattn_pretrain_moving.py.
_base_ = 'sounding_shapes_medium.py'

# The map follows the source, and so does its refinement. Chosen on validation clips.
model = dict(
    neck=dict(travel=True), test_cfg=dict(map_refiner=dict(travel=True, sharpness=2.0)))
test_dataloader = dict(dataset=dict(tier='moving'))
