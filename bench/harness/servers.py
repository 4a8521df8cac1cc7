"""What the contestants talk to and through: sshd, the latency line, the gateway, rclone's HTTP server."""
import getpass
import os
import random
from pathlib import Path

from .child import Child
from .outcome import NotAvailable

SSHD = '/usr/sbin/sshd'
_MOST_PORTS = 16        # of one sshd


def start_sshd(folder, keys, ports=1):
    """(child, ports): an OpenSSH server for the account that runs this, which lets the given public keys in."""
    folder.mkdir()
    (folder / 'authorized_keys').write_text(''.join(key.public for key in keys))
    # As root, sshd wants this folder; and without PAM it refuses an account whose password is locked.
    as_root = os.geteuid() == 0
    if as_root:
        Path('/run/sshd').mkdir(exist_ok=True)
    settings = [
        f'HostKey {folder.parent}/host_key', f'AuthorizedKeysFile {folder}/authorized_keys', 'PidFile none',
        f'AllowUsers {getpass.getuser()}', 'AuthenticationMethods publickey', 'PermitRootLogin prohibit-password',
        'StrictModes no', f'UsePAM {"yes" if as_root else "no"}', 'MaxStartups 1000', 'MaxSessions 1000',
        'Subsystem sftp internal-sftp', 'DisableForwarding yes']
    for _ in range(20):
        chosen = random.sample(range(10240, 30000), ports)
        config = folder / 'sshd_config'
        config.write_text('\n'.join([f'ListenAddress 127.0.0.1:{port}' for port in chosen] + settings) + '\n')
        child = Child([SSHD, '-D', '-e', '-f', config], folder / 'log')
        try:
            for port in chosen:
                child.wait_line(rf'Server listening on 127\.0\.0\.1 port {port}\b', 5)
            return child, chosen
        except RuntimeError as error:
            child.stop()
            if not any('in use' in line for line in child.lines):
                raise NotAvailable(f'sshd did not start: {error}') from error
    raise NotAvailable('no free port for sshd')


def start_many_sshd(folder, keys, ports):
    """(children, ports): as many servers as that many ports take."""
    children, all_ports = [], []
    while len(all_ports) < ports:
        child, some = start_sshd(folder / f'sshd-{len(children)}', keys, min(_MOST_PORTS, ports - len(all_ports)))
        children.append(child)
        all_ports += some
    return children, all_ports


def start_latency_line(program, folder, target_port, round_trip_ms):
    """(child, port)"""
    child = Child([program, 0, target_port, round_trip_ms / 2], folder / 'latency-line.log')
    return child, int(child.wait_line(r'^listening (\d+)$')[1])


def start_rclone_http(folder, flags):
    """(child, port): rclone's HTTP server over the whole remote file system."""
    environment = {**os.environ, 'HOME': str(folder)}
    for _ in range(20):
        port = random.randrange(30000, 32000)
        child = Child(['rclone', 'serve', 'http', ':sftp:/', '--addr', f'127.0.0.1:{port}', '--read-only', *flags],
                      folder / 'rclone-serve.log', env=environment)
        try:
            child.wait_port(port)
            return child, port
        except RuntimeError as error:
            child.stop()
            if not any('in use' in line for line in child.lines):
                raise NotAvailable(str(error)) from error
    raise NotAvailable('no free port for rclone serve http')
