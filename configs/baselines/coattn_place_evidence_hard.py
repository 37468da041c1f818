# Place scope and attention by evidence.
_base_ = 'coattn_place_hard.py'

model = dict(cls_head=dict(place_evidence=True))
