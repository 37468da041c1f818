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
    for_checkers = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and getattr(node.test, 'id', '') == 'TYPE_CHECKING'
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_checkers or not isinstance(node, ast.ImportFrom) or node.level:
            continue
        head, _, rest = (node.module or '').partition('.')
        if head == 'mmav_coattn':
            yield from [rest.split('.')[0]] if rest else [alias.name for alias in node.names]


def test_imports_go_down():
    root = Path(mmav_coattn.__file__).parent
    up = []
    for path in sorted(root.rglob('*.py')):
        parts = path.relative_to(root).parts
        own = parts[0].removesuffix('.py')
        if own in ('__init__', '.mim'):
            continue
        for name in imported(path):
            if name != own and not ROW[name] < ROW[own]:
                up.append(f'{path.relative_to(root)} imports {name}')
    assert not up


def test_no_module_imports_relative_to_a_package_above():
    root = Path(mmav_coattn.__file__).parent
    for path in root.rglob('*.py'):
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            assert not (isinstance(node, ast.ImportFrom) and node.level > 1), path
