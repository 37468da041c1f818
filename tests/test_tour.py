import json

import matplotlib
from paths import ROOT

TOUR = ROOT / 'docs/tour.ipynb'


def test_every_cell_runs(tmp_path, monkeypatch, capsys):
    matplotlib.use('Agg')
    monkeypatch.chdir(tmp_path)
    cells = json.loads(TOUR.read_text(encoding='utf-8'))['cells']
    names = {}
    for cell in cells:
        if cell['cell_type'] == 'code':
            assert not cell['outputs']  # images do not belong in the repository
            exec(compile(''.join(cell['source']), str(TOUR), 'exec'), names)
    assert abs(names['result'].best - 0.24) < 0.03
    assert 'audio is 0.2' in capsys.readouterr().out
    attention = names['found'].attention
    assert attention.shape[0] == len(names['found'].times) == 80
    near = [offset is not None and abs(offset) <= 0.05 for offset in names['offsets']]
    assert len(near) == 20 and sum(near) >= 15
