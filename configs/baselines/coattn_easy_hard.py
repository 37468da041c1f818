# Easy negatives: sounds of other videos of the batch, never shifted ones of the same video.
_base_ = 'coattn_hard.py'

model = dict(train_cfg=dict(negatives='other'))
