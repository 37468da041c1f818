"""No tool runs the code of a hostile checkpoint, in any of torch's formats."""

import re
import sys
from unittest.mock import MagicMock

import pytest
from hostile_checkpoints import FORMATS
from tool_process import STOCK_TOOLS, run_process

from mmav_coattn import safe_load

pytestmark = pytest.mark.filterwarnings(
    'ignore:.*TorchScript', 'ignore:.*torch.jit', 'ignore:Environment variable TORCH_FORCE_NO'
)

#: Every tool that reads a checkpoint; CONFIG, EVIL, VIDEO, ROOT and OUT are filled in.
TOOLS = {
    'test': 'test.py CONFIG EVIL --work-dir OUT --cfg-options data_root=ROOT',
    'resume': 'train.py CONFIG --resume EVIL --work-dir OUT --cfg-options data_root=ROOT',
    'load_from': 'train.py CONFIG --work-dir OUT --cfg-options data_root=ROOT load_from=EVIL',
    'sync': 'sync.py VIDEO --config CONFIG --network EVIL',
    'score': 'score.py ROOT --csv OUT/scores.csv --config CONFIG --network EVIL',
    'localize': 'localize.py VIDEO -o OUT/out.mp4 --config CONFIG --network EVIL',
    'extract': 'extract_features.py VIDEO -o OUT/out.npz --config CONFIG --network EVIL',
    'export': 'deployment/export_onnx.py -o OUT/out.onnx --config CONFIG --network EVIL',
    'page': 'page.py --config CONFIG --network EVIL',
    'evaluate_sync': 'analysis_tools/evaluate_sync.py --config CONFIG --network EVIL '
    '--data-root ROOT',
    'extract_tower': 'model_converters/extract_tower.py EVIL OUT/tower.pth',
    'ship_network': 'model_converters/ship_network.py EVIL OUT/weights.pth',
}
#: All formats at every loader are in test_safe_load.py; at every tool, they take minutes.
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in FORMATS if name != 'zip']


def fill_in(line, config, evil, videos):
    out = evil.parent / 'out'
    out.mkdir(exist_ok=True)
    values = dict(CONFIG=config, EVIL=evil, VIDEO=videos / '0.mp4', ROOT=videos, OUT=out)
    for name, value in values.items():
        line = line.replace(name, str(value))
    return line.split()


@pytest.mark.parametrize('kind', ['zip', *SLOW])
@pytest.mark.parametrize('tool', TOOLS)
def test_a_tool_runs_nothing(tool, kind, folder_config, videos, tmp_path, here, monkeypatch):
    evil, mark = tmp_path / 'evil.pth', tmp_path / 'mark'
    write, words = FORMATS[kind]
    write(evil, mark)
    mark.unlink(missing_ok=True)  # scripting it ran it once
    # So that a load which is left to torch's default would run the code.
    monkeypatch.setenv(safe_load.CONTRARY, '1')
    monkeypatch.delenv(safe_load.SWITCH, raising=False)
    if tool == 'page':
        monkeypatch.setitem(sys.modules, 'gradio', MagicMock())  # the network comes before the page
    sentence = here(*fill_in(TOOLS[tool], folder_config, evil, videos)).sentence()
    assert not mark.exists()
    assert sentence.startswith(f'{evil}: refused, because ') and re.search(words, sentence)
    left = {path.suffix for path in (evil.parent / 'out').rglob('*')}
    assert not left & {'.pth', '.npz'}


@pytest.mark.slow
@pytest.mark.parametrize('tool', ['test', 'resume'])
def test_a_stock_script_runs_nothing(tool, folder_config, videos, tmp_path):
    evil, mark = tmp_path / 'evil.pth', tmp_path / 'mark'
    FORMATS['zip'][0](evil, mark)
    script, *arguments = fill_in(TOOLS[tool], folder_config, evil, videos)
    where = dict(MMAV_DATA_ROOT=str(videos))
    done = run_process(STOCK_TOOLS / script, *arguments, **where, **{safe_load.CONTRARY: '1'})
    assert done.code != 0 and not mark.exists()
    assert f'CheckpointError: {evil}: refused, because ' in done.err
