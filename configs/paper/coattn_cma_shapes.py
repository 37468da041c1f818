# "Look, Listen, and Attend" in its literal form: dot-product co-attention within each time step, both
# ways (CMA), then self-attention; the towers, data and losses of the default recipe.
_base_ = [
    '../_base_/models/dot_product_small.py', '../_base_/datasets/shapes.py',
    '../_base_/schedules/small_cosine.py', '../_base_/av_runtime.py'
]

train_cfg = dict(max_epochs=9, val_interval=9)
