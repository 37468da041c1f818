# The small network with the locations pooled instead of co-attention; towers, data and losses are the
# same. For the comparison.
_base_ = 'coattn_small.py'

model = dict(
    neck=dict(
        _delete_=True, type='PoolingNeck', in_channels=(64, 64), embed_dims=64, pool='max'),
    cls_head=dict(
        _delete_=True, type='StreamHead', in_channels=64,
        loss_contrast=dict(type='TimeContrastLoss')))
