# Three co-attention blocks in cascade.
_base_ = 'coattn_hard.py'

model = dict(neck=dict(depth=3))
