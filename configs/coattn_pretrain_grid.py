# The small network on talking faces of the GRID corpus. One speaker before one wall: what stands still
# is the same in every clip, and need not be subtracted.
_base_ = [
    '_base_/models/coattn_small.py', '_base_/datasets/grid.py',
    '_base_/schedules/small_cosine.py', '_base_/av_runtime.py'
]

model = dict(
    data_preprocessor=dict(subtract_mean_frame=False),
    backbone=dict(audio=dict(strides=((1, 1), (2, 2), (2, 1)))),
    neck=dict(centre_time=False))
train_cfg = dict(max_epochs=16)
optim_wrapper = dict(optimizer=dict(lr=4e-3))
