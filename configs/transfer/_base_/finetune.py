# All weights are trained; the test set is evaluated once, after the last epoch.
_base_ = '../../_base_/schedules/small_cosine.py'

optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.01, by_epoch=True, begin=0, end=4,
         convert_to_iter_based=True),
    # To the end of training, however long that is.
    dict(type='CosineAnnealingLR', by_epoch=True, begin=4, eta_min_ratio=0.01,
         convert_to_iter_based=True),
]
val_evaluator = dict(type='AccMetric')
test_evaluator = val_evaluator
