# Evaluated with an exponential moving average of the weights, over some 200 steps.
_base_ = 'coattn_hard.py'

custom_hooks = [
    *_base_.custom_hooks,
    dict(type='EMAHook', momentum=0.005, update_buffers=True),
]
