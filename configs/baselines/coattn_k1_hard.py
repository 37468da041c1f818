# One shifted sound a clip in training instead of three.
_base_ = 'coattn_hard.py'

num_negatives = 1

train_pipeline = _base_.train_pipeline
train_pipeline[1].update(num_negatives=num_negatives)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
