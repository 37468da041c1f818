# Two towers and a margin, as in AVTS (Korbar et al., NeurIPS 2018); negatives of the same video.
_base_ = '../coattn_pretrain_demo.py'

model = dict(
    neck=dict(
        _delete_=True, type='PoolingNeck', in_channels=(64, 64), embed_dims=64, pool='max',
        self_attention=False),
    cls_head=dict(_delete_=True, type='ContrastiveHead', in_channels=64, time_contrast=dict(type='TimeContrast')))
