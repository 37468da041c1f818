# Without the auxiliary loss on the tokens.
_base_ = 'coattn_hard.py'

model = dict(cls_head=dict(time_contrast=None))
