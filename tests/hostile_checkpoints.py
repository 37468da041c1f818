"""Checkpoints that leave a mark on the disk when they are loaded carelessly, in torch's formats."""

import io
import os
import pickle
import tarfile
import zipfile
from functools import partial
from pathlib import Path

import torch
from torch import nn


class Payload:
    """Unpickling makes a folder."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return os.mkdir, (str(self.mark),)


class LookUp:
    """Unpickling looks up an attribute: with ``getattr``, one reaches what runs code."""

    def __reduce__(self):
        return getattr, (torch.Tensor, 'numpy')


class Script(nn.Module):
    """Its TorchScript makes a file when the archive is loaded."""

    def __init__(self, mark: str) -> None:
        super().__init__()
        self.mark = mark
        self.kept = torch.zeros(1)

    def forward(self, x):
        return x

    @torch.jit.export
    def __getstate__(self):
        return (self.mark, self.training)

    @torch.jit.export
    def __setstate__(self, state: tuple[str, bool]):
        self.mark = state[0]
        self.training = state[1]
        self.kept = torch.from_file(self.mark, True, 1)


def write_zip(path: Path, mark: Path, new: bool = True) -> None:
    content = dict(state_dict={}, meta=Payload(mark))
    torch.save(content, path, _use_new_zipfile_serialization=new)


write_legacy = partial(write_zip, new=False)


def write_tar(path: Path, mark: Path) -> None:
    """The format of torch before 0.1.10, of which the first member is enough."""
    content = pickle.dumps(Payload(mark), protocol=2)
    with tarfile.open(path, 'w:', format=tarfile.PAX_FORMAT) as archive:
        member = tarfile.TarInfo('storages')
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))


def write_pickle(path: Path, mark: Path) -> None:
    path.write_bytes(pickle.dumps(dict(state_dict={}, meta=Payload(mark)), protocol=2))


def write_torchscript(path: Path, mark: Path) -> None:
    torch.jit.save(torch.jit.script(Script(str(mark))), str(path))


def write_zipped_legacy(path: Path, mark: Path) -> None:
    """A zip of one file, which ``torch.hub`` unpacks."""
    write_legacy(path, mark)
    content = path.read_bytes()
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr('inner.pth', content)


#: Formats of files that ``torch.load`` reads, each with the words of its refusal.
FORMATS = {
    'zip': (write_zip, r'refused, .*\bmkdir\b'),
    'legacy': (write_legacy, r'refused, .*\bmkdir\b'),
    'tar': (write_tar, 'refused, .*tar archive'),
    'pickle': (write_pickle, r'refused, .*\bmkdir\b'),
    'torchscript': (write_torchscript, 'refused, .*TorchScript archive'),
}
