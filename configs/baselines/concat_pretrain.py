# Plain concatenation as in L3-Net (Arandjelovic & Zisserman, ICCV 2017).
_base_ = '../coattn_pretrain.py'

model = dict(
    neck=dict(
        _delete_=True, type='PoolingNeck', in_channels=(512, 384), embed_dims=256, pool='max',
        self_attention=False),
    cls_head=dict(_delete_=True, type='ConcatHead', in_channels=256))
