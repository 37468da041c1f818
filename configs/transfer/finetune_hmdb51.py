# Fine-tuning on HMDB51, 3 splits; everything else as on UCF101.
_base_ = 'finetune_ucf101.py'

data_root = '{{$MMAV_DATA_ROOT:data/hmdb51}}'

model = dict(cls_head=dict(num_classes=51))
train_dataloader = dict(
    dataset=dict(data_root=data_root, ann_file='hmdb51_train_split_1_videos.txt'))
val_dataloader = dict(dataset=dict(data_root=data_root, ann_file='hmdb51_val_split_1_videos.txt'))
test_dataloader = dict(dataset=dict(data_root=data_root, ann_file='hmdb51_val_split_1_videos.txt'))
transfer = dict(
    splits=dict(
        split2={
            '_delete_': True,
            'train_dataloader.dataset.ann_file': 'hmdb51_train_split_2_videos.txt',
            'val_dataloader.dataset.ann_file': 'hmdb51_val_split_2_videos.txt',
            'test_dataloader.dataset.ann_file': 'hmdb51_val_split_2_videos.txt'
        },
        split3={
            '_delete_': True,
            'train_dataloader.dataset.ann_file': 'hmdb51_train_split_3_videos.txt',
            'val_dataloader.dataset.ann_file': 'hmdb51_val_split_3_videos.txt',
            'test_dataloader.dataset.ann_file': 'hmdb51_val_split_3_videos.txt'
        }))
