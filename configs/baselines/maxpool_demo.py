# Attention-free: maximum over the places of the picture instead of co-attention.
_base_ = '../coattn_pretrain_demo.py'

model = dict(
    neck=dict(
        _delete_=True, type='PoolingNeck', in_channels=(64, 64), embed_dims=64, pool='max',
        self_attention=True))
