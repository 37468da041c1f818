# Evaluation with an exponential moving average of the weights, against swings between epochs: ours
# on SoundingShapes `medium`. Running statistics are averaged as well, or they would not fit.
_base_ = '../coattn_pretrain_demo.py'

custom_hooks = [
    *_base_.custom_hooks,
    dict(type='EMAHook', momentum=0.005, update_buffers=True),
]
