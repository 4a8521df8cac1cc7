"""Free loopback ports for servers that cannot be told to take any."""
import random
import socket

# Below the kernel's ephemeral range, so that no outgoing connection sits on a port between its choice and its use.
_FIRST, _LAST = 10240, 32767


def free_port(host='127.0.0.1'):
    """A port nobody listens on now. Another process may still take it first: start the server again then."""
    while True:
        port = random.SystemRandom().randint(_FIRST, _LAST)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port


def listens(port, host='127.0.0.1'):
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0
