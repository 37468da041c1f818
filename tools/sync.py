"""Measure by how much audio is late or early: the same as ``mmav-coattn sync``."""

from mmav_coattn.cli import run_command

if __name__ == '__main__':
    run_command('sync')
