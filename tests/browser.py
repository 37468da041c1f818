"""A real Chromium without a window, where one is installed."""

import functools
import shutil
import subprocess
from pathlib import Path

CHROMIUM = next(
    filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome'))), None
)


def rendered(url: str, profiles: Path) -> str:
    """The document as it stands when it and its media are loaded and its scripts ran.

    A browser that does not answer says nothing of the page: it is started once more.

    Args:
        url: Of the page.
        profiles: Folder for the browser's own files; absent.
    """
    command = [
        CHROMIUM,
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--no-first-run',
        '--autoplay-policy=no-user-gesture-required',
        '--dump-dom',
        url,
    ]
    run = functools.partial(subprocess.run, capture_output=True, text=True, timeout=90, check=True)
    try:
        return run([*command, f'--user-data-dir={profiles / "first"}']).stdout
    except subprocess.TimeoutExpired:
        return run([*command, f'--user-data-dir={profiles / "second"}']).stdout
