"""Puts this folder on the path, so that every test can import ``media_factory``."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope='session')
def media_folder(tmp_path_factory) -> Path:
    """A folder for media files that several tests share and none changes."""
    return tmp_path_factory.mktemp('media')
