"""The contestants of the races: every client's command for the four kinds of copy. `work` is a files.Copy."""
import shlex
from functools import partial

from .gateway import file_path
from .outcome import Sample
from .row import Contestant

GCM = 'aes128-gcm@openssh.com'


def _gangway(command, stage, work):
    """Each command line is `command`, the two ends, and the login."""
    ends = {'get': [work.login.url(work.source), work.target], 'put': [work.source, work.login.url(work.target)]}
    return stage.run([stage.gangway, *command, *ends[command[0]], '--quiet', '-i', work.login.key.path, '--known-hosts',
                      stage.known_hosts])


def gangway_get(stage, work):
    return _gangway(['get'], stage, work)


def gangway_put(stage, work):
    return _gangway(['put'], stage, work)


def gangway_get_tree(stage, work):
    return _gangway(['get', '-r'], stage, work)


def gangway_put_tree(stage, work):
    return _gangway(['put', '-r'], stage, work)


def _ssh_options(stage, login):
    return ['-F', 'none', '-i', login.key.path, '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes',
            '-o', f'UserKnownHostsFile={stage.known_hosts}', '-o', 'StrictHostKeyChecking=yes']


def _sftp(command, stage, work, cipher=None):
    batch = stage.folder / 'sftp-batch'
    batch.write_text(f'{command} {work.source} {work.target}\n')
    login = work.login
    return stage.run(['sftp', '-q', *(['-c', cipher] if cipher else []), *_ssh_options(stage, login), '-P', login.port,
                      '-b', batch, f'{login.user}@{login.host}'])


def _and_then(more, argv):
    """A command that is `argv`, and if that worked, `more`."""
    return ['sh', '-c', '"$@" && exec ' + shlex.join(map(str, more)), 'sh', *argv] if more else argv


def _lftp(command, stage, work, then=()):
    login = work.login
    ssh = ' '.join(map(str, ['ssh', '-a', '-x', '-p', login.port, *_ssh_options(stage, login)]))
    script = stage.folder / 'lftp-script'
    script.write_text('\n'.join([
        'set cmd:fail-exit yes', 'set net:max-retries 1', 'set cmd:interactive no', 'set xfer:log no',
        f'set sftp:connect-program "{ssh}"', f'open -u {login.user},unused sftp://{login.host}:{login.port}',
        command.format(source=work.source, target=work.target)]) + '\n')
    return stage.run(_and_then(then, ['lftp', '--norc', '-f', script]))


def rclone_login(stage, login):
    return ['--config', '/dev/null', '--sftp-host', login.host, '--sftp-port', str(login.port), '--sftp-user',
            login.user, '--sftp-key-file', str(login.key.path), '--sftp-known-hosts-file', str(stage.known_hosts),
            '--sftp-disable-hashcheck']     # it would run md5sum on the server, which nobody else is asked for


def _rclone(direction, stage, work):
    source, target = (f':sftp:{work.source}', work.target) if direction == 'get' else (work.source,
                                                                                       f':sftp:{work.target}')
    return stage.run(['rclone', 'copyto', source, target, '--ignore-checksum', *rclone_login(stage, work.login)])


def _rclone_tree(flags, stage, work, then=()):
    return stage.run(_and_then(then, ['rclone', 'copy', f':sftp:{work.source}', work.target, '--ignore-checksum',
                                      *flags, *rclone_login(stage, work.login)]))


def _curl(direction, stage, work):
    login = work.login
    moved = ['-o', work.target, login.url(work.source)] if direction == 'get' else ['-T', work.source,
                                                                                    login.url(work.target)]
    # Its known_hosts file is always the user's own, and that one is not touched.
    return stage.run(['curl', '-sS', '--insecure', '--key', login.key.path, '--pubkey', f'{login.key.path}.pub', '-u',
                      f'{login.user}:', *moved])


def _through(server, stage, curl):
    """A transfer by curl through a server: the server's processor time and memory, and curl's beside it."""
    server.forget_peak()
    before = server.cpu_s()
    client = stage.run(['curl', '-sS', '--fail-with-body', *curl])
    return Sample(client.figures, server.cpu_s() - before, server.peak_mib(), client.cpu_s)


def _file_url(stage, path):
    return f'http://127.0.0.1:{stage.gateway.port}{file_path(stage.session(), path)}'


def gateway_get(stage, work):
    return _through(stage.gateway.child, stage, ['-o', work.target, _file_url(stage, work.source)])


def gateway_put(stage, work):
    return _through(stage.gateway.child, stage, ['-o', '/dev/null', '-T', work.source, _file_url(stage, work.target)])


def rclone_http_get(stage, work):
    server, port = stage.rclone_http
    return _through(server, stage, ['-o', work.target, f'http://127.0.0.1:{port}{work.source}'])


SFTP_GET = Contestant('sftp', partial(_sftp, 'get'))
SFTP_PUT = Contestant('sftp', partial(_sftp, 'put'))
# Its default cipher is chacha20-poly1305; with hardware AES this one costs less.
SFTP_GET_GCM = Contestant('sftp -c aes128-gcm', partial(_sftp, 'get', cipher=GCM))
SFTP_PUT_GCM = Contestant('sftp -c aes128-gcm', partial(_sftp, 'put', cipher=GCM))
SFTP_GET_TREE = Contestant('sftp -r', partial(_sftp, 'get -r'))
SFTP_PUT_TREE = Contestant('sftp -r', partial(_sftp, 'put -r'))
LFTP_GET = Contestant('lftp', partial(_lftp, 'get {source} -o {target}'))
LFTP_PUT = Contestant('lftp', partial(_lftp, 'put {source} -o {target}'))
LFTP_GET_TREE = Contestant('lftp mirror -P 8', partial(_lftp, 'mirror -P 8 {source} {target}'))
LFTP_PUT_TREE = Contestant('lftp mirror -P 8', partial(_lftp, 'mirror -R -P 8 {source} {target}'))
RCLONE_GET = Contestant('rclone', partial(_rclone, 'get'))
RCLONE_PUT = Contestant('rclone', partial(_rclone, 'put'))
RCLONE_GET_TREE = Contestant('rclone copy', partial(_rclone_tree, []))
# By default it has 4 and 8.
RCLONE_GET_TREE_32 = Contestant('rclone copy, 32 at once',
                                partial(_rclone_tree, ['--transfers', '32', '--checkers', '32']))
CURL_GET = Contestant('curl', partial(_curl, 'get'))
CURL_PUT = Contestant('curl', partial(_curl, 'put'))
RCLONE_HTTP = Contestant('rclone serve http', rclone_http_get)
