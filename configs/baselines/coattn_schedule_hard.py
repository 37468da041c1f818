# Negatives from easy to hard: sounds of other videos first, then shifted ones, ever closer.
_base_ = 'coattn_hard.py'

custom_hooks = [
    *_base_.custom_hooks,
    dict(
        type='NegativesScheduleHook',
        stages=[
            dict(epoch=0, negatives='other'),
            dict(epoch=1, negatives='same', min_shift=0.6),
            dict(epoch=3, min_shift=0.4),
        ]),
]
