# Visual-guided attention alone: the picture is pooled.
_base_ = 'coattn_hard.py'

model = dict(neck=dict(module='VGA'))
