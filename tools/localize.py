"""Draw on videos where their sound comes from: the same as ``mmav-coattn localize``."""

from mmav_coattn.cli import run_command

if __name__ == '__main__':
    run_command('localize')
