# Which of several alike things sounds? Tier `hard`: the source among 2-3 silent objects of its own class
# that move as well. A checkpoint of baselines/coattn_place_evidence_hard.py.
_base_ = 'sounding_shapes_medium.py'

model = dict(neck=dict(scope='place'), cls_head=dict(place_evidence=True))
test_dataloader = dict(dataset=dict(tier='hard'))
