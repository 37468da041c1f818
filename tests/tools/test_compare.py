import json

import pytest
from paths import CONFIGS

from mmav_coattn.sounding_shapes import make_split

CLIPS = dict(train=4, val=2, test=4)
NETWORKS = dict(match='coattn_pretrain_demo', concat='baselines/concat_shapes')
SMALL = """
_base_ = {base!r}
loader = dict(batch_size=2, num_workers=0, persistent_workers=False)
train_dataloader = dict(dataset=dict(num_clips={train}), **loader)
val_dataloader = dict(dataset=dict(num_clips={val}), **loader)
test_dataloader = dict(dataset=dict(num_clips={test}), **loader)
train_cfg = dict(max_epochs=1)
default_hooks = dict(logger=dict(interval=1))
"""


def read_table(path):
    lines = [[cell.strip() for cell in line.split('|')[1:-1]] for line in path.open()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[2:] if line]


@pytest.mark.slow
def test_one_table_that_goes_on(tmp_path, here):
    configs, work = [tmp_path / f'{name}.py' for name in NETWORKS], tmp_path / 'work'
    for config, recipe in zip(configs, NETWORKS.values(), strict=True):
        config.write_text(SMALL.format(base=str(CONFIGS / f'{recipe}.py'), **CLIPS))
    for split, count in CLIPS.items():
        make_split(tmp_path / 'shapes', 'medium', split, count, num_workers=0)
    data = f'data_root={tmp_path}/shapes'
    common = ('--seeds', 0, '--work-dir', work, '--offset', '--options', data)
    done = here('analysis_tools/compare.py', *configs, *common)
    assert done.code == 0, done
    rows = read_table(work / 'comparison.md')
    assert [row['network'] for row in rows] == ['`match`', '`concat`']
    for name, row in zip(NETWORKS, rows, strict=True):
        figures = json.loads((work / name / 'seed_0/figures.json').read_text())
        assert figures['sync/num_clips'] == CLIPS['test']
        for title, key in {
            'accuracy': 'sync/accuracy',
            'audio blanked': 'sync/accuracy_audio_blank',
            'offset Acc@1 +-1': 'offset/acc1_tol',
        }.items():
            assert float(row[title]) == pytest.approx(figures[key], abs=5e-4)
    assert (work / 'comparison.png').stat().st_size > 1000

    # What is finished is not run again; a run of another recipe is not taken for it.
    checkpoint = work / 'match/seed_0/train/epoch_1.pth'
    written = checkpoint.stat().st_mtime_ns
    done = here('analysis_tools/compare.py', *configs, *common)
    assert done.out.count('finished before') == 2 and checkpoint.stat().st_mtime_ns == written
    assert read_table(work / 'comparison.md') == rows
    done = here('analysis_tools/compare.py', configs[0], *common, 'min_shift=0.5')
    assert 'holds a run of another config or other options' in done.sentence()
