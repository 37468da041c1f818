# SoundingShapes: simulated scenes in which motion causes sound, made on first use.
_base_ = 'small_clips.py'

data_root = '{{$MMAV_DATA_ROOT:data/sounding_shapes}}'
tier = 'medium'

train_dataloader = dict(
    dataset=dict(
        type='SoundingShapesDataset', data_root=data_root, tier=tier, split='train',
        pipeline=_base_.train_pipeline))
val_dataloader = dict(
    dataset=dict(
        type='SoundingShapesDataset', data_root=data_root, tier=tier, split='val', test_mode=True,
        pipeline=_base_.test_pipeline))
test_dataloader = dict(
    dataset=dict(
        type='SoundingShapesDataset', data_root=data_root, tier=tier, split='test', test_mode=True,
        pipeline=_base_.test_pipeline))
