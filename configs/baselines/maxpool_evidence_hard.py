# Attention by evidence alone: places are pooled, but the decision hears the one that explains most.
_base_ = 'maxpool_hard.py'

model = dict(cls_head=dict(place_evidence=True))
