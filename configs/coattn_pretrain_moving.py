# Sources that travel across the frame: the match follows them from location to location.
_base_ = 'coattn_pretrain_demo.py'

model = dict(neck=dict(travel=True))
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=[
            dict(type='SoundingShapesDataset', data_root=_base_.data_root, tier=tier, split='train',
                 pipeline=_base_.train_pipeline) for tier in ('medium', 'moving')
        ]))
val_dataloader = dict(dataset=dict(tier='moving'))
test_dataloader = dict(dataset=dict(tier='moving'))
train_cfg = dict(max_epochs=8, val_interval=8)
