"""mmengine loads plain weights, whatever it asks torch for.

Since 2.6 ``torch.load`` refuses by default what is not plain weights. A default protects nobody
whose caller says otherwise, and callers do: ``onedl-mmengine 0.10.12`` loads a file again with
``weights_only=False`` once torch has refused it, and allow-lists ``getattr`` before; mmengine's
main branch passes ``weights_only=False`` at once (open-mmlab/mmengine#1670, after 0.11.0rc0);
``torch.hub``, which fetches checkpoints over http, does so by default; and
``TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD`` turns the default round.

So the modules of mmengine that load get a ``torch`` of their own, whose :func:`load` cannot be
talked out of it; every other package keeps its own. While a loader runs that someone else has
registered with mmengine for a scheme, torch's own switch is on. Out of reach are such a loader that
does not use torch, and the formats that mmengine's ``FlexibleRunner`` leaves to others.
"""

import contextlib
import functools
import os
import pickle
import re
import struct
import threading
import types
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch.hub import load_state_dict_from_url

from .errors import CheckpointError, CheckpointNotFoundError

#: torch's switches: the first forces plain weights, the second forbids them as a default.
SWITCH, CONTRARY = 'TORCH_FORCE_WEIGHTS_ONLY_LOAD', 'TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD'
#: What torch raises for a file that it refuses; a RuntimeError also for other reasons.
REFUSALS = (pickle.UnpicklingError, EOFError, RuntimeError)
#: What to do about a file that is refused.
REMEDY = (
    'If you trust where it comes from, load it in a script of your own, keep its state_dict alone, '
    'and save that with torch.save.'
)


class GuardedModule(types.ModuleType):
    """A module in which some ``names`` mean something else, for whoever holds it in its place."""

    def __init__(self, module: types.ModuleType, **names: Any) -> None:
        super().__init__(module.__name__, module.__doc__)
        self.__dict__.update(names, _module=module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)


def apply() -> None:
    """Guard every load of mmengine. Safe to call twice."""
    from mmengine.runner import checkpoint
    from mmengine.utils import dl_utils

    if isinstance(checkpoint.torch, GuardedModule):
        return
    serialization = GuardedModule(
        torch.serialization, load=load, add_safe_globals=_allow_nothing, safe_globals=_allow_nothing
    )
    checkpoint.torch = GuardedModule(torch, load=load, serialization=serialization)
    for module in (checkpoint, dl_utils, dl_utils.hub):
        module.load_url = load_url
    loader = checkpoint.CheckpointLoader
    loader.load_checkpoint = classmethod(_in_words(loader.load_checkpoint.__func__))


def load(f, map_location=None, pickle_module=None, **options) -> Any:
    """``torch.load`` of plain weights only, in whatever way it is asked.

    ``weights_only`` is always True; ``pickle_module`` is left out: another could run code.

    Raises:
        CheckpointError: If it asks for more than plain weights. Not an ``UnpicklingError``, after
            which the fork of mmengine would try the unsafe way and say so.
    """
    name = f if isinstance(f, (str, os.PathLike)) else getattr(f, 'name', 'The checkpoint')
    options.pop('weights_only', None)
    with _refusals_in_words(name):
        return torch.load(f, map_location, weights_only=True, **options)


def load_url(url: str, *arguments, **options) -> Any:
    """As :func:`load`, in the place of ``torch.hub.load_state_dict_from_url``."""
    with _refusals_in_words(url):
        # The sixth argument after the address is weights_only.
        return load_state_dict_from_url(url, *arguments[:5], **options | dict(weights_only=True))


def _allow_nothing(names) -> contextlib.AbstractContextManager:
    """Takes the place of what extends torch's allow-list: mmengine's fork adds ``getattr``."""
    return contextlib.nullcontext()


def _is_refusal(error: Exception) -> bool:
    # TorchScript and the format of tar are refused by a RuntimeError.
    return isinstance(error, REFUSALS) and (
        not isinstance(error, RuntimeError) or 'weights_only' in str(error)
    )


@contextlib.contextmanager
def _refusals_in_words(name: str | Path) -> Iterator[None]:
    try:
        yield
    except REFUSALS as error:
        if not _is_refusal(error):
            raise
        raise CheckpointError(explain_refused_checkpoint(name, error)) from error


class _SwitchedOn:
    """A context in which torch forces plain weights, in as many threads as are within."""

    def __init__(self) -> None:
        self._lock, self._within, self._before = threading.Lock(), 0, {}

    def __enter__(self) -> None:
        with self._lock:
            if not self._within:
                self._before = {name: os.environ.pop(name, None) for name in (SWITCH, CONTRARY)}
                os.environ[SWITCH] = '1'
            self._within += 1

    def __exit__(self, *_) -> None:
        with self._lock:
            self._within -= 1
            if not self._within:
                del os.environ[SWITCH]
                os.environ.update({k: v for k, v in self._before.items() if v is not None})


_switched_on = _SwitchedOn()


def _in_words(original):
    """Wrap the method through which mmengine loads every checkpoint of every scheme.

    So mmaction2's stock scripts, too, end with a sentence, which names the checkpoint as the user
    did and not a file it was downloaded to.
    """

    @functools.wraps(original)
    def load_checkpoint(cls, filename, *args, **kwargs):
        try:
            with _switched_on:
                return original(cls, filename, *args, **kwargs)
        except CheckpointError as error:
            cause = error.__cause__
            if cause is None or not _is_refusal(cause):
                raise
            raise CheckpointError(explain_refused_checkpoint(filename, cause)) from cause
        except FileNotFoundError as error:
            raise CheckpointNotFoundError(
                f'{filename}: there is no such checkpoint file.'
            ) from error
        except (*REFUSALS, LookupError, ValueError, struct.error) as error:
            # Bytes that are no checkpoint make torch's readers fail in any of these ways; with a
            # whole file, they say what they are, such as running out of memory.
            path = Path(filename).expanduser()
            whole = not path.is_file() or _looks_like_checkpoint(path)
            if whole and not _is_refusal(error):
                raise
            raise CheckpointError(explain_refused_checkpoint(filename, error)) from error

    return load_checkpoint


def _looks_like_checkpoint(path: Path) -> bool:
    """Whether a file is a whole zip, or begins with the magic number of torch's older format."""
    magic = pickle.dumps(torch.serialization.MAGIC_NUMBER, protocol=2)
    with path.open('rb') as file:
        return file.read(len(magic)) == magic or zipfile.is_zipfile(path)


def explain_refused_checkpoint(path: str | Path, error: Exception) -> str:
    """Say why a checkpoint was not loaded, by what ``torch.load`` raised, and what to do."""
    text = str(error)
    if 'TorchScript archive' in text:
        return (
            f'{path}: refused, because it is a TorchScript archive, which brings code of its own. '
            'If you trust where it comes from, load it in a script of your own with '
            'torch.jit.load, and save its state_dict() with torch.save.'
        )
    asked = 'it is a tar archive, the format of the first releases of torch'
    needed = re.search(r'GLOBAL ([\w.]+)|unrecognized function (<.+?>)', text)
    if needed is not None:
        asked = f'it asks for {needed[1] or needed[2]}'
    elif 'legacy .tar format' not in text:
        return (
            f'{path}: not a checkpoint that torch can read, or an incomplete one. Copy or download '
            'it again.'
        )
    return (
        f'{path}: refused, because loading it would have to run code beyond rebuilding weights '
        f'({asked}). {REMEDY}'
    )
