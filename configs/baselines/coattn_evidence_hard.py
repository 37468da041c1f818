# Ours, with attention by evidence: the decision hears the place that explains the whole sound.
_base_ = 'coattn_hard.py'

model = dict(cls_head=dict(place_evidence=True))
