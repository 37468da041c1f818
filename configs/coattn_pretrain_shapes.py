# The demo's network with time to learn: 16 epochs, evaluated with averaged weights.
_base_ = 'coattn_pretrain_demo.py'

max_epochs = 16

train_cfg = dict(max_epochs=max_epochs, val_interval=1)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.02, by_epoch=False, begin=0, end=50),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=0, end=max_epochs, T_max=max_epochs,
         eta_min_ratio=0.01, convert_to_iter_based=True),
]
custom_hooks = [
    *_base_.custom_hooks,
    # Over some 200 steps. Running statistics are averaged as well, or they would not fit.
    dict(type='EMAHook', momentum=0.005, update_buffers=True),
]
