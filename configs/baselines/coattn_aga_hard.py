# Audio-guided attention alone.
_base_ = 'coattn_hard.py'

model = dict(neck=dict(module='AGA'))
