#!/usr/bin/python3
"""The servers that the conformance cases talk to: OpenSSH in nine configurations over one file tree.

    target.py DIR       (as root; ends, and cleans up, when its standard input does)

It makes an account and a home folder of its own, takes free ports, and writes what a replay needs to DIR/target.json
and the keys beside it. Any number of them can run at a time."""
import contextlib
import json
import shutil
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from conformance.tree import make_tree  # noqa: E402
from support.child import Child, ChildFailed, run  # noqa: E402
from support.keys import KeyPair  # noqa: E402
from support.ports import free_port  # noqa: E402
from support.privilege import throwaway_account  # noqa: E402

HOST_KEYS = {'hk_ed25519': ['-t', 'ed25519'], 'hk_rsa': ['-t', 'rsa', '-b', '3072'], 'hk_ecdsa': ['-t', 'ecdsa']}
USER_KEYS = {'id_ed25519': ['-t', 'ed25519'], 'id_rsa': ['-t', 'rsa', '-b', '3072'], 'id_ecdsa': ['-t', 'ecdsa']}
PASSPHRASE = 'secretpp'     # of id_ed25519_enc, as the recorded cases know it
SFTP = 'Subsystem sftp /usr/lib/openssh/sftp-server'
# Name → host key, lines of sshd_config.
SERVERS = {
    'main': ('hk_ed25519', [SFTP]),
    'rsa_hostkey': ('hk_rsa', [SFTP]),
    'ecdsa_hostkey': ('hk_ecdsa', [SFTP]),
    'no_aes128ctr': ('hk_ed25519', [SFTP, 'Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes256-ctr']),
    'no_curve25519': ('hk_ed25519', [SFTP, 'KexAlgorithms ecdh-sha2-nistp256,diffie-hellman-group14-sha256']),
    'etm_macs': ('hk_ed25519', [SFTP, 'MACs hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com',
                                'Ciphers aes128-ctr,aes256-ctr']),
    'no_sftp': ('hk_ed25519', []),
    'rekey_1m': ('hk_ed25519', [SFTP, 'RekeyLimit 1M']),
    'keyboard_interactive': ('hk_ed25519', [SFTP, 'PasswordAuthentication no', 'KbdInteractiveAuthentication yes',
                                            'Banner {folder}/authorized_keys']),
}


def make_keys(folder):
    for name, options in {**HOST_KEYS, **USER_KEYS}.items():
        run(['ssh-keygen', '-q', '-N', '', '-C', name, *options, '-f', folder / name])
    shutil.copy(folder / 'id_ed25519', folder / 'id_ed25519_enc')
    run(['ssh-keygen', '-q', '-p', '-P', '', '-N', PASSPHRASE, '-a', '16', '-f', folder / 'id_ed25519_enc'])
    public = ''.join((folder / f'{name}.pub').read_text() for name in USER_KEYS)
    (folder / 'authorized_keys').write_text(public)
    for path in folder.iterdir():   # the replay may run as somebody else; sshd insists on its own being closed
        path.chmod(0o600 if path.name in HOST_KEYS else 0o644)


def start_server(name, folder, user):
    host_key, lines = SERVERS[name]
    for _ in range(10):
        port = free_port()
        config = folder / f'sshd_{name}.conf'
        config.write_text('\n'.join([
            f'ListenAddress 127.0.0.1:{port}', f'HostKey {folder}/{host_key}', 'PidFile none',
            f'AuthorizedKeysFile {folder}/authorized_keys', 'StrictModes no', 'UsePAM yes', f'AllowUsers {user}',
            'MaxStartups 200:30:400', *(line.format(folder=folder) for line in lines), 'PasswordAuthentication yes',
            'KbdInteractiveAuthentication no']) + '\n')
        server = Child(['/usr/sbin/sshd', '-D', '-e', '-f', config])
        try:
            server.wait_line(lambda line: 'Server listening on' in line, 15, '"Server listening"')
            return server, port
        except ChildFailed:
            server.stop()
            if not any('Address already in use' in line for line in server.lines):
                raise
    raise AssertionError('no port for sshd')


def identification(port):
    with socket.create_connection(('127.0.0.1', port)) as wire:
        return wire.makefile('rb').readline().decode().strip()


@contextlib.contextmanager
def target(folder):
    """Servers, account and tree for as long as the context lasts."""
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    Path('/run/sshd').mkdir(exist_ok=True)      # privilege separation refuses to start without
    make_keys(folder)
    with contextlib.ExitStack() as stack, socket.socket() as closed:
        account = stack.enter_context(throwaway_account())
        make_tree(account.home, account.name)
        ports = {}
        for name in SERVERS:
            server, ports[name] = start_server(name, folder, account.name)
            stack.callback(server.stop)
        closed.bind(('127.0.0.1', 0))   # taken, and not listening: connections are refused
        ports['closed'] = closed.getsockname()[1]
        banner = identification(ports['main'])
        facts = {'ports': ports, 'user': account.name, 'password': account.password, 'home': str(account.home),
                 'banner': banner, 'software': banner.removeprefix('SSH-2.0-'),
                 'fingerprints': {name: KeyPair(folder / name).fingerprint for name in HOST_KEYS}}
        (folder / 'target.json').write_text(json.dumps(facts, indent=1))
        yield facts


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with target(sys.argv[1]):
        print('ready', file=sys.stderr, flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            sys.stdin.read()
