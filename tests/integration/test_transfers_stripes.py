"""A large upload over several channels of one connection where the server allows it; the same file where it does not."""
import os

import pytest

from support.cli import FAILED, OK
from support.scripted_sftp import MIB


@pytest.fixture(scope='module')
def large(tmp_path_factory):
    """A file worth several channels, whose length is no multiple of anything."""
    path = tmp_path_factory.mktemp('large') / 'file'
    path.write_bytes(os.urandom(24 * MIB + 12345))
    return path


def put(cli, server, source, name, *options):
    """Uploads; the outcome, and the file as it is on the server."""
    target = server.fresh(name) / 'file'
    return cli.to(server, 'put', source, ':' + server.path(f'{name}/file'), *options), target


@pytest.mark.parametrize('variant', ['default', 'internal_sftp', 'one_session', 'three_sessions', 'rekey_1m'])
@pytest.mark.parametrize('options', [[], ['--parallel', '8'], ['--parallel', '1'], ['--atomic', '--parallel', '8']])
def test_large_file_arrives_whatever_channels_the_server_grants(cli, start_server, large, variant, options):
    outcome, target = put(cli, start_server(variant), large, 'stripes-' + variant, *options)
    assert outcome.status == OK, outcome.stderr
    assert target.read_bytes() == large.read_bytes()


@pytest.mark.parametrize('name', ['asyncssh', 'proftpd', 'paramiko'])
def test_other_servers_get_it_from_front_to_back(cli, start_server, large, name):
    outcome, target = put(cli, start_server(name), large, 'stripes-' + name, '--parallel', '8')
    assert outcome.status == OK, outcome.stderr
    assert target.read_bytes() == large.read_bytes()


def test_file_that_is_there_and_longer_is_cut_to_the_new_length(cli, openssh, large, tmp_path):
    target = openssh.fresh('stripes-longer') / 'file'
    target.write_bytes(os.urandom(40 * MIB))
    outcome = cli.to(openssh, 'put', large, ':' + openssh.path('stripes-longer/file'), '--parallel', '8')
    assert outcome.status == OK, outcome.stderr
    assert target.read_bytes() == large.read_bytes()


def test_full_disk_fails_the_upload(cli, openssh, large):
    """/dev/full takes nothing, through whichever channel."""
    outcome = cli.to(openssh, 'put', large, ':/dev/full', '--parallel', '8')
    assert outcome.status == FAILED
    assert 'WRITE failed' in outcome.stderr
