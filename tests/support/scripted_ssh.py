"""SSH servers that lie, and a log of what their clients dared to send.

The transport is AsyncSSH's, so everything after the lie is real cryptography. What arrives is recorded after
decryption: a test can prove that no SERVICE_REQUEST and no USERAUTH message ever came."""
import socket
import threading
import warnings

warnings.filterwarnings('ignore', module='asyncssh')  # its imports name ciphers that the crypto library retires

import asyncssh  # noqa: E402
from asyncssh.public_key import SSHLocalKeyPair  # noqa: E402

from .event_loop import call_on_loop, on_loop  # noqa: E402

SERVICE_REQUEST, USERAUTH_REQUEST, USERAUTH_INFO_RESPONSE = 5, 50, 61
PASSWORD = 'pw'


class WrongSignature(SSHLocalKeyPair):
    """A host key of which only the public half is right: the key exchange is signed by nonsense."""

    def sign(self, data):
        signature = bytearray(super().sign(data))
        signature[-1] ^= 1
        return bytes(signature)


class OtherSigner(SSHLocalKeyPair):
    """The public half of one key, the signature of another."""

    def __init__(self, key, signer):
        super().__init__(key)
        self._signer = signer

    def sign(self, data):
        return self._signer.sign(data, self.sig_algorithm)


class Login(asyncssh.SSHServer):
    """Lets anybody in who knows PASSWORD, and keeps what was tried. Subclasses lie in other ways."""

    def __init__(self, server):
        self.server = server

    def connection_made(self, connection):
        self.connection = connection
        self.server.opened(connection)

    def connection_lost(self, exc):
        self.server.closed(self.connection)

    def begin_auth(self, username):
        self.server.usernames.append(username)
        return True

    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        self.server.passwords.append(password)
        return password == PASSWORD

    def session_requested(self):
        return self.server.session()


class _NoSession(asyncssh.SSHServerSession):
    def subsystem_requested(self, subsystem):
        return False


class ScriptedSsh:
    """An SSH server on a free port. `messages` is one list of message numbers per connection."""

    def __init__(self, host_keys, session=_NoSession, login=Login, **options):
        self.session = session
        self.messages = []
        self.usernames = []
        self.passwords = []
        self.open_at_most = 0
        self._open = set()
        self._acceptor = on_loop(asyncssh.listen(
            '127.0.0.1', 0, server_factory=lambda: login(self), server_host_keys=host_keys, encoding=None,
            login_timeout=120, backlog=200, **options))
        self.host, self.port = self._acceptor.sockets[0].getsockname()

    def opened(self, connection):
        self._open.add(connection)
        self.open_at_most = max(self.open_at_most, len(self._open))
        seen = []
        self.messages.append(seen)
        log = connection.log_received_packet

        def record(number, *rest, **named):
            seen.append(number)
            return log(number, *rest, **named)
        connection.log_received_packet = record     # called for each packet, right after its decryption

    def closed(self, connection):
        self._open.discard(connection)

    @property
    def connections(self):
        """How many are open now."""
        return len(self._open)

    @property
    def saw_authentication(self):
        """Whether any client asked for the authentication service, or more."""
        return any(number == SERVICE_REQUEST or number >= USERAUTH_REQUEST for seen in self.messages for number in seen)

    def where(self):
        return {'host': self.host, 'port': self.port}

    def login(self, **more):
        return {**self.where(), 'username': 'someone', 'password': PASSWORD, **more}

    def stop(self):
        """Stops listening and cuts every line, so that no pool keeps one."""
        def close():
            self._acceptor.close()
            for connection in list(self._open):
                connection.abort()
        call_on_loop(close)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class RawServer:
    """A TCP server that says `octets` to everyone, keeps what it hears, and then waits until the client hangs up.

    With `close` it hangs up itself; `octets` may also be an iterator, of which it says as much as the client takes."""

    def __init__(self, octets=b'', close=False):
        self._octets, self._close = octets, close
        self.heard = []
        self.said = 0
        self._wires = []
        self._listener = socket.create_server(('127.0.0.1', 0), backlog=50)
        self.host, self.port = self._listener.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                wire, _ = self._listener.accept()
            except OSError:
                return
            self._wires.append(wire)
            self.heard.append(b'')
            threading.Thread(target=self._serve, args=(wire, len(self.heard) - 1), daemon=True).start()

    def _serve(self, wire, number):
        try:
            for piece in [self._octets] if isinstance(self._octets, bytes) else self._octets():
                wire.sendall(piece)
                self.said += len(piece)
            if self._close:
                wire.shutdown(socket.SHUT_WR)
            while piece := wire.recv(65536):
                self.heard[number] += piece
        except OSError:
            pass
        finally:
            wire.close()

    def where(self):
        return {'host': self.host, 'port': self.port}

    def login(self, **more):
        return {**self.where(), 'username': 'someone', 'password': PASSWORD, **more}

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for wire in self._wires:
            wire.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
