# The small network with the literal co-attention of "Look, Listen, and Attend": dot products within
# each time step, then self-attention; towers, data and losses are the same. For the comparison.
_base_ = 'coattn_small.py'

model = dict(
    neck=dict(_delete_=True, type='DotProductNeck', in_channels=(64, 64), embed_dims=64, module='CMA'),
    cls_head=dict(
        _delete_=True, type='StreamHead', in_channels=64,
        loss_contrast=dict(type='TimeContrastLoss')))
