"""Recursive remove: all of it goes, nothing beside it, and what stays is told."""
import os

from support.checks import error, good
from support.cli import FAILED, OK, USAGE
from support.privilege import IS_ROOT
from support.scripted_sftp import Script, ScriptedSftp, lying, wire
from support.scripted_ssh import Login


class AnyKey(Login):
    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, username, key):
        return True


def plant(folder, files=300):
    for number in range(files):
        (folder / f'f{number:04}').write_bytes(b'x')
    for depth in range(1, 30):
        inner = folder / '/'.join(['deep'] * depth)
        inner.mkdir()
        (inner / 'file').write_bytes(b'x')
    (folder / 'empty').mkdir()
    (folder / 'odd \\ name €').write_bytes(b'x')
    os.mkfifo(folder / 'pipe')
    return files + 29 + 2, 29 + 1 + 1


def test_a_whole_tree_goes_on_every_server(gateway, each_server):
    folder = each_server.fresh('to-remove')
    files, folders = plant(folder)
    answer = good(gateway.post('remove', **each_server.login(path=each_server.path('to-remove'))))
    assert not folder.exists()
    assert answer['removed'] == {'files': files, 'folders': folders}
    assert answer['failed'] == [] and answer['failedCount'] == 0


def test_names_that_are_no_text_go_too(gateway, openssh):
    folder = openssh.fresh('odd-names')
    for name in (b'caf\xe9', b'\xff\xfe', b'new\nline', b'-rf', b' ', b'...', b'*'):
        (folder / os.fsdecode(name)).write_bytes(b'x')
    good(gateway.post('remove', **openssh.login(path=openssh.path('odd-names'))))
    assert not folder.exists()


def test_links_go_and_what_they_lead_to_stays(gateway, openssh):
    folder, outside = openssh.fresh('with-links'), openssh.fresh('outside')
    (outside / 'kept').write_bytes(b'kept')
    (folder / 'to-folder').symlink_to(outside)
    (folder / 'to-file').symlink_to(outside / 'kept')
    (folder / 'to-itself').symlink_to('.')
    (folder / 'to-above').symlink_to('../..')
    (folder / 'to-nothing').symlink_to('nowhere')
    answer = good(gateway.post('remove', **openssh.login(path=openssh.path('with-links'))))
    assert answer['removed'] == {'files': 5, 'folders': 1}
    assert not folder.exists() and (outside / 'kept').read_bytes() == b'kept'


def test_a_link_named_as_the_tree_goes_itself(gateway, openssh):
    outside = openssh.fresh('link-target')
    (outside / 'kept').write_bytes(b'kept')
    link = openssh.local('link-to-tree')
    link.unlink(missing_ok=True)
    link.symlink_to(outside)
    answer = good(gateway.post('remove', **openssh.login(path=openssh.path('link-to-tree/'))))
    assert answer['removed'] == {'files': 1, 'folders': 0}
    assert not link.is_symlink() and (outside / 'kept').exists()


def test_a_file_and_nothing_at_all(gateway, openssh):
    openssh.local('single').write_bytes(b'x')
    answer = good(gateway.post('remove', **openssh.login(path=openssh.path('single'))))
    assert answer['removed'] == {'files': 1, 'folders': 0}
    error(gateway.post('remove', **openssh.login(path=openssh.path('single'))), 'no_such_file')


def test_roots_homes_and_folders_above_are_refused_without_asking_the_server(gateway, keys):
    with ScriptedSftp(keys) as server:
        for path in ('/', '//', '.', './', '..', '../..', '~', '~/', '/.', 'a/..', 'a/.'):
            error(gateway.post('remove', **server.login(path=path)), 'bad_request', field='path')
        assert not server.messages


def test_what_stays_is_listed_and_the_rest_goes(gateway, keys):
    def remove(self, request):
        if request.path.endswith(b'kept'):
            return wire.status(request.id, 3, b'not this one')
        return Script.remove(self, request)
    tree = {b'/t': None, b'/t/a': b'', b'/t/kept': b'', b'/t/sub': None, b'/t/sub/b': b'', b'/t/sub/kept': b''}
    with ScriptedSftp(keys, lying(remove=remove), tree=tree) as server:
        answer = gateway.post('remove', **server.login(path='/t'))
    value = error(answer, 'partly_removed', phase='sftp')
    assert value['removed'] == {'files': 2, 'folders': 0}
    assert value['failedCount'] == 2
    assert sorted(each['path'] for each in value['failed']) == ['/t/kept', '/t/sub/kept']
    assert all(each['code'] == 'permission_denied' and 'not this one' in each['error'] for each in value['failed'])


def test_a_folder_that_may_not_be_changed_is_told(gateway, openssh):
    if IS_ROOT:
        return      # root may change every folder; the scripted server above covers it
    folder = openssh.fresh('shut')
    (folder / 'file').write_bytes(b'x')
    folder.chmod(0o555)
    try:
        value = error(gateway.post('remove', **openssh.login(path=openssh.path('shut'))), 'partly_removed')
        assert [each['path'] for each in value['failed']] == [openssh.path('shut/file')]
    finally:
        folder.chmod(0o755)


def test_a_listing_without_end_ends(impatient, watched, keys):
    def readdir(self, request):
        return wire.name(request.id, *[wire.entry(b'.')] * 500)
    with ScriptedSftp(keys, lying(readdir=readdir), tree={b'/t': None}) as server:
        answer = impatient.post('remove', **server.login(path='/t', timeoutMs=1500))
    error(answer, 'timeout', 'partly_removed')


def test_a_large_tree_goes_fast(gateway, openssh):
    folder = openssh.fresh('large-tree')
    for name in range(20):
        (folder / str(name)).mkdir()
        for number in range(250):
            (folder / str(name) / str(number)).touch()
    answer = gateway.post('remove', **openssh.login(path=openssh.path('large-tree')))
    assert good(answer)['removed'] == {'files': 5000, 'folders': 21}
    assert not folder.exists()


def test_the_command_line_removes_a_tree(cli, openssh):
    folder = openssh.fresh('rm-r')
    plant(folder, 30)
    url = ':' + openssh.path('rm-r')
    assert cli.to(openssh, 'rm', url).status == FAILED and folder.exists()
    assert cli.to(openssh, 'rm', '-r', url).status == OK and not folder.exists()
    assert cli.to(openssh, 'rm', '-r', url).status == FAILED
    assert cli.to(openssh, 'rm', '-r', ':/').status == USAGE


def test_the_command_line_tells_what_stays(cli, keys):
    def remove(self, request):
        return wire.status(request.id, 3, b'not this one')
    tree = {b'/': None, b'/t': None, b'/t/a': b'', b'/t/b': b''}
    with ScriptedSftp(keys, lying(remove=remove), tree=tree, login=AnyKey) as server:
        outcome = cli('rm', '-r', f'sftp://someone@127.0.0.1:{server.port}/t', '-i', keys.user().path, '--accept-new',
                      '--known-hosts', cli.known_hosts)
    assert outcome.status == FAILED and 'not this one' in outcome.stderr and '(and 1 more)' in outcome.stderr
