"""Evaluate a checkpoint; the same as ``mmav-coattn test``, with mmaction2's flags."""

from mmav_coattn.cli import run_command

if __name__ == '__main__':
    run_command('test')
