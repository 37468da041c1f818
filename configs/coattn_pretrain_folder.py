# Your own folder of videos with sound, no lists needed, on whatever machine: every video file below
# data_root; a twentieth of them, chosen by a hash of the path, is held out for validation.
#   python tools/train.py configs/coattn_pretrain_folder.py --cfg-options data_root=/path/to/videos
_base_ = 'coattn_pretrain.py'

data_root = '{{$MMAV_DATA_ROOT:data/videos}}'
data_hint = (
    'This recipe reads every video file below that folder; no list is needed: make it, and put '
    'videos with sound into it.')

train_dataloader = dict(
    drop_last=False,  # a folder may hold fewer videos than one batch
    dataset=dict(
        data_root=data_root, ann_file='', hint=data_hint, held_out=('train', 0.05)))
val_dataloader = dict(
    dataset=dict(
        data_root=data_root, ann_file='', hint=data_hint, held_out=('val', 0.05)))
test_dataloader = val_dataloader

# Full precision, which every machine has; on a GPU add --amp.
optim_wrapper = dict(
    _delete_=True,
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=1e-3, weight_decay=0.05),
    paramwise_cfg=dict(norm_decay_mult=0.0, bias_decay_mult=0.0),
    clip_grad=dict(max_norm=5.0))
