# Your own folder of videos with audio: the full network where there is a GPU, the small one elsewhere.
#   python tools/train.py configs/coattn_pretrain_folder.py --cfg-options data_root=/path/to/videos
# A twentieth of the files, chosen by a hash of their path, is held out for validation.
_base_ = ['coattn_pretrain.py'] if __import__('torch').cuda.is_available() else [
    '_base_/models/coattn_small.py', '_base_/datasets/small_clips.py',
    '_base_/schedules/small_cosine.py', '_base_/av_runtime.py'
]

data_root = '{{$MMAV_DATA_ROOT:data/videos}}'
data_hint = 'Make that folder, and put videos with audio into it, at any depth; no list is needed.'

train_dataloader = dict(
    drop_last=False,  # a folder may hold fewer videos than one batch
    dataset=dict(
        type='AudioVisualDataset', data_root=data_root, ann_file='', hint=data_hint,
        held_out=('train', 0.05), pipeline={{_base_.train_pipeline}}))
val_dataloader = dict(
    dataset=dict(
        type='AudioVisualDataset', data_root=data_root, ann_file='', hint=data_hint,
        held_out=('val', 0.05), test_mode=True, pipeline={{_base_.test_pipeline}}))
test_dataloader = val_dataloader
train_cfg = dict(max_epochs=30)
