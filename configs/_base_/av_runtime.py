# Runtime shared by every recipe: mmaction2's own, plus what registers and reports.
_base_ = 'mmaction::_base_/default_runtime.py'

custom_imports = dict(imports=['mmav_coattn'], allow_failed_imports=False)

default_hooks = dict(
    checkpoint=dict(
        type='CheckpointHook', interval=1, max_keep_ckpts=3, save_best='sync/accuracy', rule='greater'),
    # tools/test.py --show-dir switches this on.
    visualization=dict(type='AttentionVisualizationHook', enable=False))

custom_hooks = [
    dict(type='DataRootGuardHook'),
    dict(type='CheckpointGuardHook'),
    dict(type='ExactResumeHook'),
    dict(type='NonFiniteLossHook'),
    dict(type='UnusableMediaReportHook'),
    # One warning where loss and accuracy say that nothing was learned.
    dict(type='ChanceLevelHook'),
]

log_processor = dict(type='LogProcessor', window_size=20, by_epoch=True)
