"""AsyncSSH's own SFTP server over a real folder."""
import warnings
from pathlib import Path

warnings.filterwarnings('ignore', module='asyncssh')  # its imports name ciphers that the crypto library retires

import asyncssh  # noqa: E402

from .event_loop import on_loop  # noqa: E402
from .servers import RealServer  # noqa: E402


class _KeyLogin(asyncssh.SSHServer):
    def __init__(self, keys):
        self._accepted = {line.split()[1] for line in keys.authorized().splitlines()}

    def begin_auth(self, username):
        return True

    def public_key_auth_supported(self):
        return True

    def validate_public_key(self, username, key):
        return key.export_public_key().split()[1].decode() in self._accepted


class _Listener:
    def __init__(self, acceptor):
        self._acceptor = acceptor

    def stop(self):
        async def close():
            self._acceptor.close()
            await self._acceptor.wait_closed()
        on_loop(close())


def start_asyncssh(keys, tree):
    """Its clients see `tree` as "/"."""
    def sftp(channel):
        return asyncssh.SFTPServer(channel, chroot=str(tree).encode())

    host_key = keys.host('ed25519')
    acceptor = on_loop(asyncssh.listen('127.0.0.1', 0, server_factory=lambda: _KeyLogin(keys), sftp_factory=sftp,
                                       server_host_keys=[str(host_key.path)], login_timeout=60))
    return RealServer(port=acceptor.sockets[0].getsockname()[1], username='someone', folder=Path(tree), root='/',
                      host_key=host_key, key=keys.user('ed25519'), process=_Listener(acceptor))
