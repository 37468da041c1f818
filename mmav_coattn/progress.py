"""Progress bars on a terminal that leave a log file legible."""

import sys
from collections.abc import Iterable

#: Seconds between two lines of a bar that is written into a file.
LOG_SECONDS = 10.0


def progress_bar(iterable: Iterable | None = None, **kwargs):
    """A bar of ``tqdm``, with its arguments, on standard error.

    Where that is no terminal, each state of the bar would stay as a line of its own; there it comes
    at the beginning, at the end, and every 10 s in between.
    """
    from tqdm import tqdm

    if not sys.stderr.isatty():
        kwargs = dict(mininterval=LOG_SECONDS) | kwargs
    return tqdm(iterable, **kwargs)
