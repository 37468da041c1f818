"""The local page for one's own videos; needs the extra ``page``."""

from .analysis import Analysis, analyse
from .local_page import build_page, serve

__all__ = ['Analysis', 'analyse', 'build_page', 'serve']
