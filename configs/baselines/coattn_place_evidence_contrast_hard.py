# Place scope, attention by evidence, and an auxiliary loss that one place must explain.
_base_ = 'coattn_place_evidence_hard.py'

model = dict(cls_head=dict(time_contrast=dict(scope='place')))
