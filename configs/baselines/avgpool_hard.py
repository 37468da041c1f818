# `avgpool_demo.py` on SoundingShapes `hard`: the source among 2-3 silent objects of its own class.
_base_ = 'avgpool_demo.py'

train_dataloader = dict(dataset=dict(tier='hard'))
val_dataloader = dict(dataset=dict(tier='hard'))
test_dataloader = dict(dataset=dict(tier='hard'))
