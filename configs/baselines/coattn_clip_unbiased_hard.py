# Clip scope with nothing but the position code to tell times apart.
_base_ = 'coattn_clip_hard.py'

model = dict(neck=dict(time_bias=False))
