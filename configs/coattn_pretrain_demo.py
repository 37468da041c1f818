# The small network on SoundingShapes `medium`; `make demo` runs it.
_base_ = [
    '_base_/models/coattn_small.py', '_base_/datasets/shapes.py',
    '_base_/schedules/small_cosine.py', '_base_/av_runtime.py'
]

train_cfg = dict(max_epochs=9, val_interval=9)
