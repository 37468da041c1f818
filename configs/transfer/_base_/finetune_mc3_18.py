# All weights of MC3-18 are trained; the test set is evaluated once, after the last epoch.
_base_ = '../../_base_/schedules/small_cosine.py'

train_cfg = dict(max_epochs=45, val_interval=45)
optim_wrapper = dict(optimizer=dict(lr=2e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=True, begin=0, end=2,
         convert_to_iter_based=True),
    dict(type='CosineAnnealingLR', by_epoch=True, begin=2, end=45, T_max=43, eta_min_ratio=0.01,
         convert_to_iter_based=True),
]
auto_scale_lr = dict(enable=False, base_batch_size=16)
val_evaluator = dict(type='AccMetric')
test_evaluator = val_evaluator
