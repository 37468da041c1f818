# AdamW with a warm-up of 50 iterations and one cosine; `train_cfg.max_epochs` of a recipe sets its
# length.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=8, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=3e-3, weight_decay=0.05),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0),
    clip_grad=dict(max_norm=5.0))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.02, by_epoch=False, begin=0, end=50),
    # To the end of training, however long that is.
    dict(type='CosineAnnealingLR', by_epoch=True, begin=0, eta_min_ratio=0.01,
         convert_to_iter_based=True),
]
