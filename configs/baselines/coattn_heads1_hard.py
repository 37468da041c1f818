# One attention head instead of four.
_base_ = 'coattn_hard.py'

model = dict(neck=dict(num_heads=1))
