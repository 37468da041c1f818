from mmav_coattn.experiments.transfer.table import render_table


def run(init, split, seed, acc):
    counts = dict(num_labels=80, num_test=300, chance=0.25)
    return dict(init=init, split=split, seed=seed, acc=acc, figures=['acc'], **counts)


SHARES = {
    ('pretrained', 0): (0.50, 0.70),
    ('pretrained', 1): (0.54, 0.70),
    ('random', 0): (0.30, 0.30),
    ('random', 1): (0.40, 0.30),
}
RUNS = [
    run(init, split, seed, share)
    for (init, seed), shares in SHARES.items()
    for split, share in zip('12', shares, strict=True)
]


def test_table_and_no_gain_of_one_side_and_no_mean_without_all_splits():
    text = render_table(RUNS, dict(rule='Last epoch; mean over the splits'), 'finetune_x')
    lines = text.splitlines()
    assert lines[0] == '| weights | seeds | 1 | 2 | mean |'
    assert lines[2] == '| pretrained | 0, 1 | 52.0 +- 2.8 | 70.0 +- 0.0 | 61.0 +- 1.4 |'
    assert lines[3] == '| random | 0, 1 | 35.0 +- 7.1 | 30.0 +- 0.0 | 32.5 +- 3.5 |'
    assert lines[4] == '| gain, points |  | 17.0 +- 4.2 | 40.0 +- 0.0 | 28.5 +- 2.1 |'
    assert lines[5] == '| chance |  | 25.0 | 25.0 | 25.0 |'
    assert 'N = 300 test videos; 80 labelled ones' in text and 'Last epoch; mean over' in text
    text = render_table(RUNS[:3], dict(rule='x'), 'y')
    assert 'random' not in text and 'gain' not in text
    assert '| pretrained | 0, 1 | 52.0 +- 2.8 | 70.0 | 60.0 |' in text
