"""A proxy that ends TLS in front of a gateway, with a certificate of its own."""
import socket
import ssl
import threading
from contextlib import suppress

from .child import run


class TlsProxy:
    """Listens on localhost; its certificate is for `name`, self-signed, in `certificate`. A context manager."""

    def __init__(self, target, folder, name='localhost'):
        self.target, self.certificate = target, folder / f'{name}.pem'
        key = folder / f'{name}.key'
        run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
             '-subj', f'/CN={name}', '-addext', f'subjectAltName=DNS:{name}', '-keyout', key, '-out', self.certificate])
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.certificate, key)
        self._listener = socket.create_server(('127.0.0.1', 0))
        self.port = self._listener.getsockname()[1]
        self.received = b''     # what clients said once TLS was agreed
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f'https://localhost:{self.port}'

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()

    def _accept(self):
        with suppress(OSError):
            while True:
                raw, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw):
        with suppress(OSError), raw, self._context.wrap_socket(raw, server_side=True) as client, \
                socket.create_connection(self.target) as gateway:
            back = threading.Thread(target=self._pump, args=(gateway, client), daemon=True)
            back.start()
            while octets := client.recv(65536):
                self.received += octets
                gateway.sendall(octets)
            gateway.shutdown(socket.SHUT_WR)
            back.join()

    @staticmethod
    def _pump(source, sink):
        with suppress(OSError):
            while octets := source.recv(65536):
                sink.sendall(octets)
            sink.shutdown(socket.SHUT_RDWR)
