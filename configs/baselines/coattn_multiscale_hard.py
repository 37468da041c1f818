# Tokens of two stages of the visual tower, on 12 x 12 and 6 x 6 places of a training crop. (Stages 1
# and 2 of this narrow tower have the same places: its last stage has no stride.)
_base_ = 'coattn_hard.py'

model = dict(
    backbone=dict(visual=dict(out_indices=(0, 2)), multi_scale=True),
    neck=dict(in_channels=((16, 64), 64)))
