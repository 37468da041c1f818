"""Packaging of mmav_coattn; see CONTRIBUTING.md for how to build and release."""

import re
import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py
from setuptools.command.develop import develop

ROOT = Path(__file__).resolve().parent
PACKAGE = 'mmav_coattn'
# What mim, and everyone who installs without a checkout, finds in ``mmav_coattn/.mim``.
MIM_SOURCES = ('configs', 'tools', 'model-index.yml')
MIM_SUFFIXES = ('.py', '.sh', '.yml', '.md', '.txt', '.json')


def read_version() -> str:
    """The version, read without importing the package, which would need torch."""
    text = (ROOT / PACKAGE / 'version.py').read_text(encoding='utf-8')
    return re.search(r"^__version__ = '(.+)'$", text, flags=re.MULTILINE).group(1)


def list_mim_files() -> list[Path]:
    """Files for ``.mim``, relative to the repository; hidden and compiled ones are left out."""
    found = []
    for source in MIM_SOURCES:
        path = ROOT / source
        candidates = sorted(path.rglob('*')) if path.is_dir() else [path]
        found += [file.relative_to(ROOT) for file in candidates if file.suffix in MIM_SUFFIXES]
    return [file for file in found if not any(part.startswith('.') for part in file.parts)]


def link_mim_sources() -> None:
    """Let ``mmav_coattn/.mim`` of this checkout point to the folders beside the package."""
    mim = ROOT / PACKAGE / '.mim'
    mim.mkdir(exist_ok=True)
    for source in MIM_SOURCES:
        link = mim / source
        if link.is_symlink():
            link.unlink()
        elif link.is_dir():
            shutil.rmtree(link)
        elif link.exists():
            link.unlink()
        link.symlink_to(Path('..', '..', source))


class BuildPyWithMim(build_py):
    """Puts ``.mim`` into a wheel as copies, and into the checkout as links when editable.

    setuptools runs this same command for ``pip install -e`` (``editable_wheel``), where the
    package stays in the checkout and nothing is copied.
    """

    def run(self):
        super().run()
        if self.editable_mode:
            link_mim_sources()
            return
        # A build folder left from an earlier build may hold files that are gone since.
        shutil.rmtree(Path(self.build_lib, PACKAGE, '.mim'), ignore_errors=True)
        for source, target in self._mim_copies():
            self.mkpath(str(target.parent))
            self.copy_file(str(source), str(target))

    def get_outputs(self, include_bytecode=1):
        outputs = super().get_outputs(include_bytecode)
        if not self.editable_mode:
            outputs += [str(target) for _, target in self._mim_copies()]
        return outputs

    def _mim_copies(self):
        mim = Path(self.build_lib, PACKAGE, '.mim')
        return [(ROOT / file, mim / file) for file in list_mim_files()]


class DevelopWithMim(develop):
    """The older editable install (``setup.py develop``, which leaves an ``.egg-link``)."""

    def run(self):
        link_mim_sources()
        super().run()


setup(
    name=PACKAGE,
    version=read_version(),
    description='Audio-visual co-attention networks for MMAction2, learnt from unlabelled videos',
    long_description=(ROOT / 'README.md').read_text(encoding='utf-8'),
    long_description_content_type='text/markdown',
    author='The mmav_coattn authors',
    license='Apache-2.0',
    project_urls={
        'Paper': 'https://arxiv.org/abs/2008.05789',
        'MMAction2': 'https://github.com/open-mmlab/mmaction2',
    },
    keywords='self-supervised learning, audio-visual, synchronisation, sound source localisation',
    classifiers=[
        'Development Status :: 4 - Beta',
        'Operating System :: POSIX :: Linux',
        'Programming Language :: Python :: 3',
        'Programming Language :: Python :: 3.10',
        'Programming Language :: Python :: 3.11',
        'Programming Language :: Python :: 3.12',
        'Programming Language :: Python :: 3.13',
        'Typing :: Typed',
        'Topic :: Scientific/Engineering :: Artificial Intelligence',
    ],
    entry_points={'console_scripts': ['mmav-coattn = mmav_coattn.cli:main']},
    packages=find_packages(include=[PACKAGE, f'{PACKAGE}.*']),
    package_data={PACKAGE: ['py.typed', 'weights/*']},
    python_requires='>=3.10',
    # mmcv is absent on purpose: mmcv-lite and the full mmcv share one folder, and only the user
    # knows which one the environment has. The extra `lite` adds the small one.
    install_requires=[
        # Below 2.6 a checkpoint could run code; see safe_load.py.
        'torch>=2.6',
        'numpy',
        'scipy',
        # mmengine's main branch loads checkpoints with weights_only=False; see safe_load.py.
        'mmengine>=0.10.4,<0.11',
        'mmaction2>=1.2,<2',
        'decord>=0.6',
        # PyAV 19: the last packet of an MP4 whose audio begins late is cut short.
        'av>=17.1,<19',
        'librosa>=0.10',
        'jinja2',
        'scikit-learn',
        'filelock',
        'pebble>=5',
        'soxr',
        'matplotlib',
        'tqdm',
        # mmaction2 1.2.0 imports it without declaring it.
        'importlib-metadata',
        # mmengine imports pkg_resources, which setuptools 82 dropped.
        'setuptools<81',
    ],
    extras_require={
        'lite': ['mmcv-lite>=2.0.0rc4,<2.2'],
        'export': ['onnx>=1.17', 'onnxscript>=0.4', 'onnxruntime>=1.20'],
        # Faces for the network `faces`; wheels of dlib, which has none of its own.
        'faces': ['dlib-bin>=19.24'],
        'page': ['gradio>=6,<7'],
        'test': ['pytest', 'pytest-cov', 'pytest-xdist', 'wheel'],
        'dev': ['ruff', 'mypy', 'pytest-cov', 'wheel'],
        'docs': ['mkdocs>=1.6,<2', 'mkdocstrings[python]'],
    },
    cmdclass={'build_py': BuildPyWithMim, 'develop': DevelopWithMim},
    zip_safe=False,
)
