# Sources that travel: where is the sound made at each event? A checkpoint of coattn_pretrain_moving.py.
_base_ = 'sounding_shapes_medium.py'

# The map of a source that moves follows it; the refinement assumes one that stays.
model = dict(neck=dict(travel=True), test_cfg=dict(map_refiner=None))
test_dataloader = dict(dataset=dict(tier='moving'))
