# Several sources in one scene: half of the clips of `medium` also hear another clip, and the network
# learns which part of the audio is their own (configs/localization/sounding_shapes_multi.py).
_base_ = 'coattn_pretrain_demo.py'

model = dict(
    data_preprocessor=dict(mix_audio=0.5),
    neck=dict(mask=True),
    train_cfg=dict(loss_mask=dict(type='MaskLoss')))
train_cfg = dict(max_epochs=12, val_interval=12)
