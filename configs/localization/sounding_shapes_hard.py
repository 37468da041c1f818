# Which of several alike objects sounds? Tier `hard`: the source among 2-3 silent objects of its own
# class that move as well. A checkpoint trained on `hard`.
_base_ = 'sounding_shapes_medium.py'

test_dataloader = dict(dataset=dict(tier='hard'))
