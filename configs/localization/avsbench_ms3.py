# AVSBench MS3, several sources: Multi-sources/ of avsbench_data below data_root.
_base_ = 'avsbench_s4.py'

test_dataloader = dict(dataset=dict(subset='ms3'))
