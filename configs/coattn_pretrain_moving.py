# Sources that travel across the frame: the match follows them from location to location. It goes on from
# a network that knows how sources sound: --cfg-options load_from=CHECKPOINT of coattn_pretrain_demo.py.
_base_ = 'coattn_pretrain_demo.py'

model = dict(neck=dict(travel=True))
train_dataloader = dict(dataset=dict(tier='moving'))
val_dataloader = dict(dataset=dict(tier='moving'))
test_dataloader = dict(dataset=dict(tier='moving'))
train_cfg = dict(max_epochs=14, val_interval=14)
