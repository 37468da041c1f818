# Place scope: the evidence of the whole clip decides where the sound looks.
_base_ = 'coattn_hard.py'

model = dict(neck=dict(scope='place'))
