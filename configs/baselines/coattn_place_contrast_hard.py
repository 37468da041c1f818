# Place scope, in the auxiliary loss as well: one place must explain the whole clip.
_base_ = 'coattn_place_hard.py'

model = dict(cls_head=dict(time_contrast=dict(scope='place')))
