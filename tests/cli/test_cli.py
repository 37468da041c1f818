"""The console command: its subcommands, and what is not there."""

from mmav_coattn import cli


def test_every_command_has_help(command):
    code, out, _ = command('--help')
    assert code == 0 and all(name in out for name in cli.COMMANDS)
    code, out, _ = command('sync', '--help')
    assert code == 0 and 'the audio is late' in out and '--fix' in out


def test_input_that_is_not_there(command, network):
    code, _, err = command('sync', 'gone.mp4', '--network', network)
    assert code == 1 and 'error: gone.mp4: there is no such file or folder.' in err
