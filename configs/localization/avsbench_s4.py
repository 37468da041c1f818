# AVSBench S4 with a checkpoint of the full recipe: Single-source/ of avsbench_data below data_root.
_base_ = 'vggss.py'

data_root = '{{$MMAV_DATA_ROOT:data/avsbench_data}}'
data_hint = 'AVSBench-object comes from its authors (OpenNLPLab/AVSBench).'

# Nearly the whole clip of 5 s, which has five masks.
test_pipeline = _base_.test_pipeline
test_pipeline[1].update(clip_seconds=4.9)
test_pipeline[2].update(num_frames=78)
test_dataloader = dict(
    batch_size=2,
    dataset=dict(_delete_=True, type='AVSBenchDataset', data_root=data_root, subset='s4',
                 hint=data_hint, pipeline=test_pipeline))
