"""One HTML file that shows what a work directory holds."""

from .ranked_clips import RankedClip, rank_clips, show_clips
from .report_page import render_report
from .work_dir import TestRun, WorkDir, read_work_dir

__all__ = [
    'RankedClip',
    'TestRun',
    'WorkDir',
    'rank_clips',
    'read_work_dir',
    'render_report',
    'show_clips',
]
