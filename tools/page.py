"""Open the local page for one's own videos: the same as ``mmav-coattn page``."""

from mmav_coattn.cli import run_command

if __name__ == '__main__':
    run_command('page')
