# GRID with attention by evidence, as in baselines/coattn_place_evidence_hard.py.
_base_ = 'coattn_pretrain_grid_long.py'

model = dict(neck=dict(scope='place'), cls_head=dict(place_evidence=True))
