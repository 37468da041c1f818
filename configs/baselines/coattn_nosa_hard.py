# Without self-attention over time.
_base_ = 'coattn_hard.py'

model = dict(neck=dict(self_attention=False))
