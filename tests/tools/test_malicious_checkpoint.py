"""A checkpoint that asks to run code is refused by every tool."""

import os

import torch


class Malicious:
    """What unpickling runs of it."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


def test_tools_do_not_run_a_malicious_checkpoint(folder_config, videos, tmp_path, here):
    proof, path = tmp_path / 'proof', tmp_path / 'evil.pth'
    torch.save(dict(state_dict=Malicious(proof)), path)
    root = ('--cfg-options', f'data_root={videos}')
    work = ('--work-dir', tmp_path / 'run')
    for arguments in (
        ('test.py', folder_config, path, *work, *root),
        ('train.py', folder_config, '--resume', path, *work, *root),
        (
            *('localize.py', videos / '0.mp4', '-o', tmp_path / 'out.mp4'),
            *('--config', folder_config, '--network', path),
        ),
    ):
        assert 'run code beyond rebuilding weights' in here(*arguments).sentence()
    assert not proof.exists()
