# The network `faces` that the package ships: a talking face. It learns from one speaker of the GRID
# corpus alone, changed by all that faces, voices, cameras, rooms and microphones vary.
_base_ = [
    '_base_/models/coattn_small.py', '_base_/datasets/grid.py',
    '_base_/schedules/small_cosine.py', '_base_/av_runtime.py'
]

# What the network sees of a face that is found in a video: a square around the mouth; its side in
# widths of the face, and the height of its middle from the top of the face (0) to its bottom (1).
face_crop = dict(width=1.04, down=0.78)
model = dict(backbone=dict(audio=dict(strides=((1, 1), (2, 2), (2, 1)))))
train_dataloader = dict(dataset=dict(pipeline={{_base_.varied_train_pipeline}}))
optim_wrapper = dict(optimizer=dict(lr=4e-3))
train_cfg = dict(max_epochs=32, val_interval=8)
