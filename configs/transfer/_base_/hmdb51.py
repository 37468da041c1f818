# HMDB51, 3 splits; everything else as on UCF101.
_base_ = 'ucf101.py'

data_root = '{{$MMAV_DATA_ROOT:data/hmdb51}}'

train_dataloader = dict(
    dataset=dict(data_root=data_root, ann_file='hmdb51_train_split_1_videos.txt'))
val_dataloader = dict(dataset=dict(data_root=data_root, ann_file='hmdb51_val_split_1_videos.txt'))
test_dataloader = val_dataloader
transfer = dict(
    splits={
        split: {option: name.replace('ucf101', 'hmdb51') for option, name in options.items()}
        for split, options in _base_.transfer.splits.items()
    })
