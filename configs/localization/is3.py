# IS3 with a checkpoint of the full recipe: images/, audio_wav/, gt_segmentation/ and
# IS3_annotation.json below data_root. Its images are still, for networks that need no motion.
_base_ = 'vggss.py'

data_root = '{{$MMAV_DATA_ROOT:data/IS3}}'
data_hint = 'IS3 comes from its authors (kaistmm/SSLalignment).'

# IS3+: add silent_clips=dict(kinds=('silence', 'noise', 'off_screen')), and
# test_evaluator.map_threshold.
test_dataloader = dict(
    dataset=dict(
        _delete_=True, type='IS3Dataset', data_root=data_root, hint=data_hint,
        pipeline=_base_.test_pipeline))
