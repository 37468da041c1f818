# Attention-free: maximum over the locations of the video instead of co-attention.
_base_ = [
    '../_base_/models/pooling_small.py', '../_base_/datasets/shapes.py',
    '../_base_/schedules/small_cosine.py', '../_base_/av_runtime.py'
]

train_cfg = dict(max_epochs=9, val_interval=9)
