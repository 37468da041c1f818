# Seven shifted sounds a clip in training instead of three. Eight windows that are 0.4 s apart do not
# fit into 4 s, so in training they are at least 0.3 s apart.
_base_ = 'coattn_hard.py'

num_negatives = 7
train_min_shift = 0.3  # s

train_pipeline = _base_.train_pipeline
train_pipeline[1].update(num_negatives=num_negatives, min_shift=train_min_shift)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
