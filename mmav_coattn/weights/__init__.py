"""The networks that the package ships: of each the weights, its config and a card."""

from pathlib import Path

#: ``events`` for anything that moves when it sounds, ``faces`` for talking people.
NAMES = ('events', 'faces')


def shipped_network(name: str) -> tuple[Path, Path]:
    """Config and checkpoint of a network that the package ships.

    >>> config, checkpoint = shipped_network('events')
    >>> config.name, checkpoint.name
    ('events.py', 'events.pth')
    """
    folder = Path(__file__).parent
    return folder / f'{name}.py', folder / f'{name}.pth'
