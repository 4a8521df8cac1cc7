"""Somebody who takes webhooks: keeps what was posted, and answers as a test wants."""
import hashlib
import hmac
import json
import ssl
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .waiting import until


class Post:
    def __init__(self, path, headers, body):
        self.path, self.headers, self.body = path, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def id(self):
        return self.headers['Gangway-Delivery']

    def signed_with(self, secret):
        """As docs/webhooks.md says."""
        stamp = self.headers['Gangway-Timestamp']
        made = hmac.new(secret.encode(), stamp.encode() + b'.' + self.body, hashlib.sha256).hexdigest()
        return hmac.compare_digest('v1=' + made, self.headers['Gangway-Signature'])


class Receiver:
    """`answers` has the statuses of the next answers; 200 where it is empty, and `hang` for none until the end. A
    status may come with headers: (302, {'Location': …}). With `tls`, the paths of a certificate and its key, it takes
    https. A context manager."""

    hang = object()

    def __init__(self, address='127.0.0.1', tls=None):
        self.posts, self.answers = [], []
        self._over = threading.Event()
        self._server = ThreadingHTTPServer((address, 0), _Handler)
        self._server.daemon_threads = True
        self._server.receiver = self
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            # The handshake is for the thread of the connection: one that goes wrong must not hold up the next.
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True,
                                                      do_handshake_on_connect=False)
        self.url = f'{"http" if tls is None else "https"}://{address}:{self._server.server_address[1]}'
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={'poll_interval': 0.02}, daemon=True)

    def wait(self, count=1, seconds=20):
        until(lambda: len(self.posts) >= count, seconds, f'{count} posts')
        return self.posts

    def take(self, post):
        self.posts.append(post)
        return self.answers.pop(0) if self.answers else 200

    def hold(self):
        self._over.wait()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def handle(self):
        with suppress(ssl.SSLError, ConnectionError):       # of clients that do not trust the certificate
            super().handle()

    def do_POST(self):
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        answer = receiver.take(Post(self.path, self.headers, body))
        if answer is Receiver.hang:
            return receiver.hold()
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b'x' * 200_000)       # nobody wants to read this
        return None

    def do_GET(self):
        self.server.receiver.take(Post(self.path, self.headers, b''))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass
