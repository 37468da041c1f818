"""Train a model by its config; the same as ``mmav-coattn train``, with mmaction2's flags."""

from mmav_coattn.cli import run_command

if __name__ == '__main__':
    run_command('train')
