# A learned temperature of the cross-modal attention, one a head.
_base_ = 'coattn_hard.py'

model = dict(neck=dict(learn_temperature=True))
