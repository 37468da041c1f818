# Fine-tuning on UCF101 with 10 labelled videos a class, 3 splits.
#   other numbers: --cfg-options train_dataloader.dataset.num_per_class=5
_base_ = 'finetune_ucf101.py'

train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='FewShotDataset',
        num_per_class=10,
        dataset=dict(
            type='VideoDataset',
            data_root={{_base_.data_root}},
            ann_file='ucf101_train_split_1_videos.txt',
            data_prefix=dict(video='videos'),
            pipeline={{_base_.train_pipeline}})))
transfer = dict(
    splits=dict(
        split2={
            '_delete_': True,
            'train_dataloader.dataset.dataset.ann_file': 'ucf101_train_split_2_videos.txt',
            'val_dataloader.dataset.ann_file': 'ucf101_val_split_2_videos.txt',
            'test_dataloader.dataset.ann_file': 'ucf101_val_split_2_videos.txt'
        },
        split3={
            '_delete_': True,
            'train_dataloader.dataset.dataset.ann_file': 'ucf101_train_split_3_videos.txt',
            'val_dataloader.dataset.ann_file': 'ucf101_val_split_3_videos.txt',
            'test_dataloader.dataset.ann_file': 'ucf101_val_split_3_videos.txt'
        }))
