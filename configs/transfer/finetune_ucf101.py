# Fine-tuning on UCF101, 3 splits, from the pretrained MC3-18.
_base_ = [
    '_base_/runtime.py', '_base_/mc3_18_tower.py', '_base_/ucf101.py', '_base_/finetune_mc3_18.py'
]

default_hooks = dict(checkpoint=dict(interval=5, max_keep_ckpts=1, save_best=None))
transfer = dict(protocol='finetune', rule=_base_.rules.finetune)
