# "Look, Listen, and Attend" in its literal form: dot-product co-attention within each time step, both
# ways (CMA), then self-attention; the towers, data and losses of the default recipe.
_base_ = '../coattn_pretrain_demo.py'

model = dict(
    neck=dict(_delete_=True, type='DotProductNeck', in_channels=(64, 64), embed_dims=64, module='CMA'),
    cls_head=dict(
        _delete_=True, type='StreamHead', in_channels=64,
        loss_contrast=dict(type='TimeContrastLoss')))
