"""One tower of a pretrained network, under the keys of a stock recognizer's backbone."""

from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from mmav_coattn.checkpoint_files import read_state
from mmav_coattn.engine.hooks.checkpoint_guard_hook import compare_state, describe_state, listing
from mmav_coattn.errors import CheckpointError, ConfigError
from mmav_coattn.io import whole_file

TOWERS = ('visual', 'audio')
#: Keys of a recognizer's backbone, stock or ours.
BACKBONE = 'backbone.'


class TowerMatch(NamedTuple):
    """What of a tower went into a network; other entries of the network kept their values."""

    loaded: list[str]  #: Entries that were loaded.
    missing: list[str]  #: Entries of the network that the tower lacks.
    unknown: list[str]  #: Entries of the tower that the network does not know.
    shapes: list[str]  #: Entries whose shapes differ, with both.

    def sentence(self) -> str:
        """How many entries were loaded, and the names of the others."""
        differences = describe_state(self.missing, self.unknown, self.shapes)
        return f'{len(self.loaded)} entries loaded' + (f'; {differences}' if differences else '')


def read_tower(checkpoint: str | Path, tower: str = 'visual') -> dict[str, Tensor]:
    """Weights of one tower, ``'visual'`` or ``'audio'``, without prefix.

    Of a checkpoint of the pretext network, or of what :func:`convert_tower` made of it.

    Raises:
        CheckpointNotFoundError: If there is no such file.
        CheckpointError: If it cannot be read, or holds no such tower.
        ConfigError: If there is no tower of that name.
    """
    if tower not in TOWERS:
        raise ConfigError(f'tower={tower!r} is unknown; choose one of {", ".join(TOWERS)}.')
    state, meta = read_state(checkpoint)
    prefix = f'{BACKBONE}{tower}.'
    found = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
    if found:
        return found
    converted = meta.get('tower')
    if converted == tower:
        return {name.removeprefix(BACKBONE): value for name, value in state.items()}
    holds = f'the {converted} tower' if converted else f'entries such as {listing(list(state))}'
    raise CheckpointError(
        f'{checkpoint}: holds no {tower} tower, that is no entry {prefix}*; it holds {holds}.'
    )


def convert_tower(checkpoint: str | Path, out: str | Path, tower: str = 'visual') -> list[str]:
    """Write one tower as a checkpoint of its own, for ``load_from`` of a recipe; returns its keys.

    Raises:
        CheckpointError: See :func:`read_tower`; or if an entry is not a plain tensor.
        ConfigError: If it would be written over its own source.
    """
    weights = read_tower(checkpoint, tower)
    if Path(out).exists() and Path(out).samefile(checkpoint):
        raise ConfigError(f'{out}: the tower would overwrite its own checkpoint; name another.')
    odd = [name for name, value in weights.items() if type(value) not in (Tensor, nn.Parameter)]
    if odd:
        raise CheckpointError(
            f'{checkpoint}: entries of its {tower} tower are no plain tensors: {listing(odd)}. '
            'Save the state_dict of the network itself.'
        )
    state = {f'{BACKBONE}{name}': value.detach().clone() for name, value in weights.items()}
    content = dict(meta=dict(tower=tower, source=Path(checkpoint).name), state_dict=state)
    with whole_file(out) as partial, partial.open('wb') as file:
        torch.save(content, file)  # to a file, not a path, whose name would go into its content
    return list(state)


def load_tower(backbone: nn.Module, checkpoint: str | Path, tower: str = 'visual') -> TowerMatch:
    """Load one tower into the backbone of a recognizer, e.g. ``ResNet3d``; see :func:`read_tower`.

    Raises:
        CheckpointError: If nothing of it fits.
    """
    wanted, given = backbone.state_dict(), read_tower(checkpoint, tower)
    missing, unknown, shapes = compare_state(wanted, given)
    differing = {text.split(' ', 1)[0] for text in shapes}
    fitting = {k: v for k, v in given.items() if k in wanted and k not in differing}
    match = TowerMatch(list(fitting), missing, unknown, shapes)
    if not fitting:
        raise CheckpointError(
            f'{checkpoint}: nothing of its {tower} tower fits this {type(backbone).__name__}: '
            f'{match.sentence()}. Give the backbone the settings that the tower was trained with.'
        )
    backbone.load_state_dict(fitting, strict=False)
    return match
