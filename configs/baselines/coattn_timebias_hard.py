# A learned number for each distance in time: of SA, and of the five steps that VGA sees.
_base_ = 'coattn_hard.py'

model = dict(neck=dict(time_bias='table', self_attention_bias='table'))
