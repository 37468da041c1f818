"""What a built and an editable install contain. Builds are offline, from a copy of the checkout."""

import email
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from paths import ROOT

from mmav_coattn.version import __version__

#: Builds and installs take a minute.
pytestmark = pytest.mark.slow

COPIED = (
    'setup.py pyproject.toml MANIFEST.in LICENSE README.md CONTRIBUTING.md Makefile '
    'model-index.yml configs tools requirements mmav_coattn'
).split()
# What a work tree gathers and no package may contain.
STRAY = (
    'configs/__pycache__/a.cpython-311.pyc configs/.old.py tools/.cache/a.py tools/train.py.swp '
    'configs/epoch_1.pth build/lib/mmav_coattn/.mim/configs/gone.py'
).split()
PIP_OPTIONS = ('--no-deps', '--no-build-isolation', '--no-index', '--quiet')


def copy_checkout(target: Path) -> Path:
    """Copy what a build needs, without ``.mim`` links and caches, which a clone lacks."""
    ignore = shutil.ignore_patterns('.mim', '__pycache__')
    target.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, ignore=ignore)
        else:
            shutil.copy2(ROOT / name, target / name)
    return target


def run(*command, cwd: Path, **environment) -> str:
    command, env = [str(part) for part in command], os.environ | environment
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def repository_files() -> dict[str, Path]:
    """Every config and tool of the repository, by its path relative to the root."""
    files = [
        path
        for folder in ('configs', 'tools')
        for path in (ROOT / folder).rglob('*')
        if path.is_file() and '__pycache__' not in path.parts
    ]
    return {path.relative_to(ROOT).as_posix(): path for path in [*files, ROOT / 'model-index.yml']}


@pytest.fixture(scope='module')
def sdist(tmp_path_factory) -> Path:
    """The source archive of a checkout with stray files in it."""
    source = copy_checkout(tmp_path_factory.mktemp('sdist') / 'source tree')
    for name in STRAY:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).touch()
    build = 'import setuptools.build_meta as meta; meta.build_sdist("dist")'
    run(sys.executable, '-c', build, cwd=source)
    (archive,) = (source / 'dist').iterdir()
    return archive


@pytest.fixture(scope='module')
def wheel(sdist, tmp_path_factory) -> zipfile.ZipFile:
    """The wheel that pip builds from the source archive, as for a user who installs it."""
    folder = tmp_path_factory.mktemp('wheel')
    with tarfile.open(sdist) as archive:
        archive.extractall(folder)
    (source,) = folder.iterdir()
    (source / STRAY[-1]).parent.mkdir(parents=True)
    (source / STRAY[-1]).touch()
    run(sys.executable, '-m', 'pip', 'wheel', *PIP_OPTIONS, '-w', folder, source, cwd=folder)
    (path,) = folder.glob('*.whl')
    with zipfile.ZipFile(path) as archive:
        yield archive


@pytest.fixture(scope='module')
def metadata(wheel):
    (name,) = [name for name in wheel.namelist() if name.endswith('.dist-info/METADATA')]
    return email.message_from_bytes(wheel.read(name))


def test_sdist_has_the_sources_and_no_links(sdist):
    with tarfile.open(sdist) as archive:
        names = {name.partition('/')[2] for name in archive.getnames()}
    assert {*repository_files(), 'LICENSE', 'setup.py', 'requirements/constraints.txt'} <= names
    assert not [name for name in names if name.endswith('.pyc') or '/.mim' in name]


def test_wheel_has_every_module_weight_config_and_tool_and_nothing_else(wheel):
    names = wheel.namelist()
    shared = {x.partition('/.mim/')[2]: wheel.read(x) for x in names if '/.mim/' in x}
    assert shared == {name: path.read_bytes() for name, path in repository_files().items()}
    names = [name for name in names if '/.mim/' not in name]
    folders = {name.split('/')[0] for name in names}
    assert folders == {'mmav_coattn', f'mmav_coattn-{__version__}.dist-info'}
    package = ROOT / 'mmav_coattn'
    weights = [*package.glob('weights/*.pth'), *package.glob('weights/*.md')]
    assert len(weights) >= 3
    files = [path.relative_to(ROOT).as_posix() for path in [*package.rglob('*.py'), *weights]]
    expected = {name for name in files if '/.mim/' not in name} | {'mmav_coattn/py.typed'}
    assert {name for name in names if name.startswith('mmav_coattn/')} == expected
    # Launch scripts can be executed.
    modes = [x.external_attr >> 16 for x in wheel.infolist() if x.filename.endswith('.sh')]
    assert len(modes) >= 4 and all(mode & 0o111 == 0o111 for mode in modes)


def test_metadata(metadata, wheel):
    assert metadata['Name'] == 'mmav_coattn'
    assert metadata['Version'] == __version__
    assert metadata['Requires-Python'] == '>=3.10'
    addresses = dict(line.split(', ') for line in metadata.get_all('Project-URL'))
    assert addresses['Paper'] == 'https://arxiv.org/abs/2008.05789'
    licence = f'mmav_coattn-{__version__}.dist-info/'
    assert [name for name in wheel.namelist() if name.startswith(licence) and 'LICENSE' in name]
    assert 'Copyright 2026 The mmav_coattn authors' in (ROOT / 'LICENSE').read_text()
    (name,) = [name for name in wheel.namelist() if name.endswith('/entry_points.txt')]
    assert 'mmav-coattn = mmav_coattn.cli:main' in wheel.read(name).decode().splitlines()


def test_no_mmcv_is_a_hard_dependency_and_mmengine_is_no_release_that_loads_unsafely(metadata):
    required = {item.name: item for item in map(Requirement, metadata.get_all('Requires-Dist'))}
    mmcv = {name: str(item.marker) for name, item in required.items() if name.startswith('mmcv')}
    assert mmcv == {'mmcv-lite': 'extra == "lite"'}
    allowed = required['mmengine'].specifier
    assert allowed.contains('0.10.7') and not allowed.contains('0.11.0')
    assert not allowed.contains('0.11.0rc0', prereleases=True)


@pytest.mark.parametrize('python', ['3.10', '3.11', '3.13'])
def test_every_dependency_has_one_tested_version_within_its_range(metadata, python):
    pins = {}
    for line in (ROOT / 'requirements/constraints.txt').read_text().splitlines():
        if not line.startswith('#'):
            pin = Requirement(line)
            if pin.marker is None or pin.marker.evaluate({'python_version': python}):
                assert canonicalize_name(pin.name) not in pins, line
                pins[canonicalize_name(pin.name)] = re.fullmatch('==(.+)', str(pin.specifier))[1]
    for text in metadata.get_all('Requires-Dist'):
        wanted = Requirement(text)
        assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)]), text
    # The two share one folder, as does the headless build that takes their place without libGL.
    assert pins['opencv-python'] == pins['opencv-contrib-python'] == pins['opencv-python-headless']


def test_editable_install_finds_configs_and_tools(tmp_path):
    source = copy_checkout(tmp_path / 'check out')
    # A leftover copy, as from an install of another kind, gives way to the links.
    (source / 'mmav_coattn/.mim/configs').mkdir(parents=True)
    run(sys.executable, '-m', 'venv', '--without-pip', tmp_path / 'venv', cwd=tmp_path)
    python = tmp_path / 'venv/bin/python'
    # pip and setuptools of this environment do the work, for the other interpreter.
    borrowed = sysconfig.get_path('purelib')
    pip = (python, '-m', 'pip', 'install', *PIP_OPTIONS, '--editable', source)
    run(*pip, cwd=tmp_path, PYTHONPATH=borrowed)

    locate = 'import importlib.util as u; print(u.find_spec("mmav_coattn").origin)'
    package = Path(run(python, '-I', '-c', locate, cwd=tmp_path).strip()).parent
    assert package == source / 'mmav_coattn'
    for name in repository_files():
        assert (package / '.mim' / name).read_bytes() == (source / name).read_bytes()
    (source / 'configs/new.py').write_text('value = 1\n')
    assert (package / '.mim/configs/new.py').read_text() == 'value = 1\n'

    # Once more over the links, as after a pull.
    run(*pip, cwd=tmp_path, PYTHONPATH=borrowed)
    assert (package / '.mim/tools/train.py').is_file()
