# Visual-guided attention alone, without self-attention over time.
_base_ = 'coattn_hard.py'

model = dict(neck=dict(module='VGA', self_attention=False))
