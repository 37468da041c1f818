# AVSBench-Robust: the clips of S4 with their own audio, silence, noise and misaligned audio. The
# threshold of the map is the best on its validation clips; then test_dataloader.dataset.split=test
# test_evaluator.map_threshold=NUMBER. For MS3: test_dataloader.dataset.subset=ms3.
_base_ = 'avsbench_s4.py'

model = dict(test_cfg=dict(return_map='evidence'))  # nats; 0 is chance
test_dataloader = dict(dataset=dict(split='val', negative_root='data/avsbench_neg_data'))
test_evaluator = dict(map_threshold='choose')
