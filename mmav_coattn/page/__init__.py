"""The local page for one's own videos; needs the extra ``page``."""

from .analysis import analyse
from .local_page import serve

__all__ = ['analyse', 'serve']
