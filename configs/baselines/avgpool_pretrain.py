# Attention-free: mean over the places of the picture instead of co-attention.
_base_ = '../coattn_pretrain.py'

model = dict(
    neck=dict(
        _delete_=True, type='PoolingNeck', in_channels=(512, 384), embed_dims=256, pool='avg',
        self_attention=True))
