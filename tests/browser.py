"""A real Chromium without a window, where one is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

CHROMIUM = next(
    filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome'))), None
)


def rendered(url: str, profile: Path, *options: str) -> str:
    """The document as it stands after the page's own scripts ran.

    Args:
        url: Of the page.
        profile: Folder for the browser's own files.
        options: More of Chromium's.
    """
    done = subprocess.run(
        [
            CHROMIUM,
            '--headless=new',
            '--no-sandbox',
            '--disable-gpu',
            '--disable-dev-shm-usage',
            '--no-first-run',
            '--autoplay-policy=no-user-gesture-required',
            f'--user-data-dir={profile}',
            *options,
            '--dump-dom',
            url,
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout
