"""OpenSSH servers in many configurations, on free loopback ports, as children of the test process."""
import os
from pathlib import Path

from .child import Child, ChildFailed, descendants, run
from .ports import free_port
from .privilege import IS_ROOT, PREFIX, current_user
from .servers import RealServer

_SSHD = '/usr/sbin/sshd'
_SFTP_SERVER = '/usr/lib/openssh/sftp-server'

# Name of a configuration → (kind of host key, lines of sshd_config). The first value of a keyword wins there, so these
# lines come before the common ones.
VARIANTS = {
    'default': ('ed25519', []),
    'rsa_host_key': ('rsa', []),
    'ecdsa_host_key': ('ecdsa', []),
    'etm_macs': ('ed25519', ['Ciphers aes128-ctr,aes256-ctr',
                             'MACs hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com']),
    'plain_macs': ('ed25519', ['Ciphers aes256-ctr', 'MACs hmac-sha2-256,hmac-sha2-512']),
    'gcm': ('ed25519', ['Ciphers aes128-gcm@openssh.com,aes256-gcm@openssh.com']),
    'chacha': ('ed25519', ['Ciphers chacha20-poly1305@openssh.com']),
    'no_curve25519': ('ed25519', ['KexAlgorithms ecdh-sha2-nistp256,diffie-hellman-group14-sha256']),
    'finite_field': ('ed25519', ['KexAlgorithms diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512']),
    'rekey_1m': ('ed25519', ['RekeyLimit 1M']),
    'read_only': ('ed25519', [f'Subsystem sftp {_SFTP_SERVER} -R']),
    'one_session': ('ed25519', ['MaxSessions 1']),
    'three_sessions': ('ed25519', ['MaxSessions 3']),
    'internal_sftp': ('ed25519', ['Subsystem sftp internal-sftp']),
    'no_sftp': ('ed25519', ['Subsystem other /bin/true']),
}
# The same for servers that ask for a password, and so need a system account.
PASSWORD_VARIANTS = {
    'password': ('ed25519', ['PubkeyAuthentication no']),
    'keyboard_interactive': ('ed25519', ['PasswordAuthentication no', 'KbdInteractiveAuthentication yes',
                                         'PubkeyAuthentication no', 'Banner {folder}/banner']),
    'two_steps': ('ed25519', ['AuthenticationMethods publickey,password']),
    'key_then_interactive': ('ed25519', ['AuthenticationMethods publickey,keyboard-interactive',
                                         'PasswordAuthentication no', 'KbdInteractiveAuthentication yes']),
    'failed_logins_cost_nothing': ('ed25519', ['MaxAuthTries 20']),
}


def start_openssh(variant, keys, folder, tree, account=None):
    """Starts sshd over the folder `tree`. With `account` it runs as root and lets only that account in; without, it
    runs as the current user and lets them in with any user key of `keys`."""
    kind, lines = (PASSWORD_VARIANTS if account else VARIANTS)[variant]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    host_key = keys.host(kind)
    (folder / 'authorized_keys').write_text(keys.authorized())
    (folder / 'banner').write_text('Authorised use only.\nGrüße\n')
    user = account.name if account else current_user()
    settings = [line.format(folder=folder) for line in lines] + [
        f'HostKey {host_key.path}', f'AuthorizedKeysFile {folder}/authorized_keys', 'StrictModes no',
        f'PidFile {folder}/sshd.pid', f'AllowUsers {user}', 'PermitRootLogin yes', 'MaxStartups 500:30:1000',
        # PAM asks interactively, and lets root in though root has no password; but it also delays each refusal.
        f'UsePAM {"yes" if "interactive" in variant or (IS_ROOT and not account) else "no"}',
        f'PasswordAuthentication {"yes" if account else "no"}', 'KbdInteractiveAuthentication no', 'PrintMotd no',
        'PrintLastLog no']
    if not any(line.startswith('Subsystem') for line in lines):
        settings.append(f'Subsystem sftp {_SFTP_SERVER}')
    prefix = PREFIX if account else []
    if IS_ROOT or prefix:
        run([*prefix, 'mkdir', '-p', '/run/sshd'])      # its privilege separation refuses to start without
    process, port = _start(prefix, folder / 'sshd_config', settings)
    return RealServer(port=port, username=user, folder=Path(tree), root=str(tree), host_key=host_key,
                      key=None if variant in ('password', 'keyboard_interactive') else keys.user('ed25519'),
                      password=account.password if account else None, process=process)


def _start(prefix, config, settings):
    for _ in range(10):
        port = free_port()
        config.write_text('\n'.join([f'ListenAddress 127.0.0.1:{port}', *settings]) + '\n')
        process = _Sshd([*prefix, _SSHD, '-D', '-e', '-f', config])
        try:
            process.wait_line(lambda line: 'Server listening on' in line, 15, '"Server listening"')
            return process, port
        except ChildFailed:
            process.stop()
            if not any('Address already in use' in line for line in process.lines):
                raise
    raise AssertionError('no port for sshd')


class _Sshd(Child):
    """May run as root while we do not."""

    def __init__(self, argv):
        super().__init__(argv, env={'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8'})

    def stop(self, seconds=10):
        if PREFIX and self.argv[:2] == PREFIX and self.alive:
            run([*PREFIX, 'kill', *map(str, [*descendants(self.pid), self.pid])])
        return super().stop(seconds)
