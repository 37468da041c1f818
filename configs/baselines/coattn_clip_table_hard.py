# Clip scope with a learned number for each distance in time (T5, Swin).
_base_ = 'coattn_clip_hard.py'

model = dict(neck=dict(time_bias='table'))
