"""Score how far videos are in sync: the same as ``mmav-coattn score``."""

from mmav_coattn.cli import run_command

if __name__ == '__main__':
    run_command('score')
