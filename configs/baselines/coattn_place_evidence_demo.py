# The demo with place scope and attention by evidence.
_base_ = 'coattn_place_demo.py'

model = dict(cls_head=dict(place_evidence=True))
