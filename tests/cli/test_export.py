"""`mmav-coattn export`: what is said of the check, and its exit code; the rest is in deployment."""

import pytest

from mmav_coattn import deployment
from mmav_coattn.deployment import OnnxCheck


@pytest.mark.parametrize(
    ('difference', 'words', 'code'), [(1e-6, 'agrees', 0), (0.1, 'differs', 1)]
)
def test_exit_code_of_the_check(command, network, tmp_path, monkeypatch, difference, words, code):
    out = tmp_path / 'a.onnx'
    out.write_bytes(bytes(2_000_000))
    check = OnnxCheck(dict(sync_logits=difference), 4)
    monkeypatch.setattr(deployment, 'export_onnx', lambda inferencer, path: path)
    monkeypatch.setattr(deployment, 'check_onnx', lambda inferencer, path: check)
    found, said, _ = command('export', '--network', network, '-o', out)
    assert found == code and f'{out}: 2.0 MB; {words} ' in said
