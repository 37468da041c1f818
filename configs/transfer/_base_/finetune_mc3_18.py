# As finetune.py, for MC3-18 on one GPU.
_base_ = 'finetune.py'

train_cfg = dict(max_epochs=45, val_interval=45)
optim_wrapper = dict(optimizer=dict(lr=2e-4))
param_scheduler = [
    dict(_base_.param_scheduler[0], end=2),
    dict(_base_.param_scheduler[1], begin=2),
]
auto_scale_lr = dict(enable=False, base_batch_size=16)
