# Fine-tuning on UCF101 with 10 labelled videos a class, 3 splits.
#   other numbers: --cfg-options train_dataloader.dataset.num_per_class=5
_base_ = 'finetune_ucf101.py'

train_dataloader = dict(
    dataset=dict(
        _delete_=True, type='FewShotDataset', num_per_class=10,
        dataset=_base_.train_dataloader.dataset))
transfer = dict(splits=dict(_delete_=True, **_base_.few_shot_splits))
