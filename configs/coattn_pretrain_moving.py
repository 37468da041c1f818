# Sources that travel across the frame: the match follows them from location to location. It goes on from
# a network that knows how sources sound: --cfg-options load_from=CHECKPOINT of coattn_pretrain_sources.py.
_base_ = 'coattn_pretrain_demo.py'

model = dict(neck=dict(travel=True))
# Twice as large as elsewhere: what travels is small, and finer locations tell its paths apart.
large = dict(type='Resize', scale=(112, 112), keep_ratio=False)
train_pipeline = [
    *_base_.train_pipeline[:3], large, dict(type='RandomCrop', size=96), *_base_.train_pipeline[5:]]
test_pipeline = [*_base_.test_pipeline[:3], large, *_base_.test_pipeline[4:]]

train_dataloader = dict(dataset=dict(tier='moving', pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(tier='moving', pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(tier='moving', pipeline=test_pipeline))
train_cfg = dict(max_epochs=16, val_interval=16)
