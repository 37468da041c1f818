# GRID with time to learn: 16 epochs, evaluated with averaged weights.
_base_ = 'coattn_pretrain_grid.py'

max_epochs = 16

train_cfg = dict(max_epochs=max_epochs)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=True, begin=0, end=1,
         convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=1, end=max_epochs, T_max=max_epochs - 1,
         eta_min_ratio=0.01, convert_to_iter_based=True),
]
custom_hooks = [
    *_base_.custom_hooks,
    # Over some 100 steps, two epochs. Running statistics are averaged as well, or they would not fit.
    dict(type='EMAHook', momentum=0.01, update_buffers=True),
]
