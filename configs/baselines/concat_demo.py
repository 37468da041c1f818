# Plain concatenation as in L3-Net (Arandjelovic & Zisserman, ICCV 2017).
_base_ = '../coattn_pretrain_demo.py'

model = dict(
    neck=dict(
        _delete_=True, type='PoolingNeck', in_channels=(64, 64), embed_dims=64, pool='max',
        self_attention=False),
    cls_head=dict(_delete_=True, type='ConcatHead', in_channels=64, time_contrast=dict(type='TimeContrast')))
