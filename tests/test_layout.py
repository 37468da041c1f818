"""Arrows between packages go down only, and no module reaches into a package above its own."""

import ast
from pathlib import Path

import mmav_coattn

#: From the lowest to the highest; packages of one row do not import one another.
ROWS = (
    ('version', 'errors', 'progress', 'weights'),
    ('compat', 'safe_load', 'io', 'isolated_pool'),
    ('config', 'checkpoint_files'),
    ('media', 'sounding_shapes'),
    ('datasets',),
    ('preparation', 'models', 'evaluation'),
    ('visualization',),
    ('engine',),
    ('apis',),
    ('deployment', 'experiments'),
    ('page',),
    ('cli',),
)
ROW = {name: row for row, names in enumerate(ROWS) for name in names}


def imported(path):
    """Top-level names of the package that a module imports, types for checkers left out."""
    tree = ast.parse(path.read_text(encoding='utf-8'))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, 'id', '') == 'TYPE_CHECKING':
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level <= 1, path  # none relative to a package above
            head, _, rest = (node.module or '').partition('.')
            if head == 'mmav_coattn' and not node.level:
                yield from [rest.split('.')[0]] if rest else [alias.name for alias in node.names]


def test_imports_go_down():
    root, up = Path(mmav_coattn.__file__).parent, []
    for path in sorted(root.rglob('*.py')):
        own = path.relative_to(root).parts[0].removesuffix('.py')
        if own not in ('__init__', '.mim'):
            names = [name for name in imported(path) if name != own and ROW[name] >= ROW[own]]
            up += [f'{path.relative_to(root)} imports {name}' for name in names]
    assert not up
