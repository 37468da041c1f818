# Fine-tuning on HMDB51 with 10 labelled videos a class, 3 splits.
#   other numbers: --cfg-options train_dataloader.dataset.num_per_class=5
_base_ = 'finetune_hmdb51.py'

train_dataloader = dict(
    dataset=dict(
        _delete_=True, type='FewShotDataset', num_per_class=10,
        dataset=_base_.train_dataloader.dataset))
transfer = dict(
    splits={
        split: {
            '_delete_': True,
            **{
                option.replace('train_dataloader', 'train_dataloader.dataset'): name
                for option, name in options.items()
            }
        }
        for split, options in _base_.transfer.splits.items()
    })
