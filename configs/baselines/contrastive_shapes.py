# Two towers and a margin, as in AVTS (Korbar et al., NeurIPS 2018); negatives of the same video.
_base_ = 'maxpool_shapes.py'

model = dict(neck=dict(self_attention=False), cls_head=dict(type='ContrastiveHead'))
