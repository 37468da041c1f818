"""Write features of videos into one .npz file: the same as ``mmav-coattn extract``."""

from mmav_coattn.cli import run_command

if __name__ == '__main__':
    run_command('extract')
