# The network `events` that the package ships: anything that moves when it sounds. It learns from
# SoundingShapes alone.
_base_ = [
    '_base_/models/coattn_small.py', '_base_/datasets/wild.py',
    '_base_/schedules/small_cosine.py', '_base_/av_runtime.py'
]

train_cfg = dict(max_epochs=6, val_interval=6)
