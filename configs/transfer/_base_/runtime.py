# What every recipe here adds to mmaction2's own runtime. Only the last epoch is evaluated on the
# test set: an epoch is never chosen by it.
_base_ = 'mmaction::_base_/default_runtime.py'

custom_imports = dict(imports=['mmav_coattn'], allow_failed_imports=False)

custom_hooks = [
    dict(type='DataRootGuardHook'),
    # load_from=tower.pth: an error where nothing fits, and the names of what does not.
    dict(type='CheckpointGuardHook'),
    dict(type='NonFiniteLossHook'),
]
