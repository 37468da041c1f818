# Attention-free: mean over the locations of the video instead of co-attention.
_base_ = 'maxpool_shapes.py'

model = dict(neck=dict(pool='avg'))
