# All weights are trained; the test set is evaluated once, after the last epoch.
_base_ = '../../_base_/schedules/small_cosine.py'

optim_wrapper = dict(optimizer=dict(lr=1e-3))
val_evaluator = dict(type='AccMetric')
test_evaluator = val_evaluator
