# Linear classifier on the frozen tower, UCF101, 3 splits.
_base_ = ['_base_/runtime.py', '_base_/mc3_18_tower.py', '_base_/ucf101.py']

train_dataloader = dict(
    batch_size=1, dataset=dict(pipeline=_base_.test_pipeline, test_mode=True))
transfer = dict(protocol='probe', rule=_base_.rules.probe)
