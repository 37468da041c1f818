# AVATAR with a checkpoint of the full recipe: video/ and metadata/ below data_root. Of one scenario:
# --cfg-options test_dataloader.dataset.task=Single-Sound
_base_ = 'vggss.py'

data_root = '{{$MMAV_DATA_ROOT:data/AVATAR}}'
data_hint = 'AVATAR comes from its authors (mipal/AVATAR on Hugging Face).'

# Nearly the whole clip of 10 s, which has several annotated frames.
test_pipeline = _base_.test_pipeline
test_pipeline[1].update(clip_seconds=9.8)
test_pipeline[2].update(num_frames=156)
test_dataloader = dict(
    batch_size=1,
    dataset=dict(_delete_=True, type='AVATARDataset', data_root=data_root, hint=data_hint,
                 pipeline=test_pipeline))
