"""What the latency line really does, so that a report says what it was and not what was asked for."""
import socket
import threading
import time
from statistics import median

from .servers import start_latency_line
from .stage import ROUND_TRIP_MS


def round_trip_ms(programs, folder, exchanges=10):
    """The median time of one octet there and back."""
    with socket.create_server(('127.0.0.1', 0)) as listener:
        threading.Thread(target=_echo, args=(listener,), daemon=True).start()
        line, port = start_latency_line(programs / 'latency_proxy', folder, listener.getsockname()[1], ROUND_TRIP_MS)
        try:
            with socket.create_connection(('127.0.0.1', port), timeout=10) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return median(_exchange(connection) for _ in range(exchanges)) * 1000
        finally:
            line.stop()


def _exchange(connection):
    began = time.perf_counter()
    connection.sendall(b'x')
    connection.recv(1)
    return time.perf_counter() - began


def _echo(listener):
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection:
        while octets := connection.recv(4096):
            connection.sendall(octets)
