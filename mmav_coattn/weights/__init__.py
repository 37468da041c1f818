"""The networks that the package ships, each made by a recipe of its name; with their cards."""

from pathlib import Path

#: ``events`` for anything that moves when it sounds, ``faces`` for talking people.
NAMES = ('events', 'faces')


def shipped_network(name: str) -> tuple[Path, Path]:
    """Config and checkpoint of a network that the package ships.

    >>> config, checkpoint = shipped_network('events')
    >>> config.name, checkpoint.name
    ('coattn_events.py', 'events.pth')
    """
    folder = Path(__file__).parent
    # In a checkout the recipes lie beside the package, else where the wheel put them.
    beside = folder.parent.parent / 'configs' / f'coattn_{name}.py'
    installed = folder.parent / '.mim' / 'configs' / f'coattn_{name}.py'
    return beside if beside.is_file() else installed, folder / f'{name}.pth'
