"""A bucket store in memory that checks every signature, honours conditions, and fails as a test wants.

It is written from the S3 API reference and the description of AWS Signature Version 4, not from our client."""
import base64
import hashlib
import hmac
import re
import socket
import ssl
import threading
import urllib.parse
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

ACCESS_KEY, SECRET_KEY, REGION = 'AKIDTEST', 'secret+/=:key', 'us-east-1'


class S3Stub:
    """`buckets` maps names to {key: (content, headers)}; `uploads` ids to a dict; `stored` has the key and content of
    each object at the moment it became visible. `faults` is a list of callables
    (request) → None or a fault; the first that returns one decides, before or after the request is carried out. With
    `tls`, the paths of a certificate and its key, it takes https."""

    def __init__(self, *buckets, conditions=True, tls=None):
        self.buckets = {name: {} for name in buckets}
        self.uploads = {}
        self.stored = []
        self.conditions = conditions
        self.faults = []
        self.log = []
        self.lock = threading.Lock()
        self._number = 0
        self._server = _Server(('127.0.0.1', 0), _Handler)
        self._server.stub = self
        self.scheme = 'http' if tls is None else 'https'
        if tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            # The handshake is for the thread of the connection: one that goes wrong must not hold up the next.
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True,
                                                      do_handshake_on_connect=False)
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={'poll_interval': 0.02}, daemon=True)

    @property
    def endpoint(self):
        return f'{self.scheme}://127.0.0.1:{self.port}'

    def next_upload(self):
        self._number += 1
        return f'upload/{self._number}+='

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def first(method, fault, times=1, where=''):
    """Gives `fault` to the first `times` requests of `method` whose target contains `where`."""
    left = [times]

    def decide(request):
        if request.command != method or where not in request.path or left[0] == 0:
            return None
        left[0] -= 1
        return fault
    return decide


class Answer:
    """Answers so, in place of carrying the request out."""

    def __init__(self, status, code='', headers=()):
        self.status, self.code, self.headers = status, code, dict(headers)


class Drop:
    """Closes the connection: before the request is carried out, or after it, having sent nothing or half an answer."""

    def __init__(self, when):
        self.when = when


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        """A client that is killed is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    stub = property(lambda self: self.server.stub)

    def log_message(self, *_):
        pass

    def handle(self):
        with suppress(ssl.SSLError, ConnectionError):       # of clients that do not trust the certificate
            super().handle()

    def _serve(self):
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        with self.stub.lock:
            self.stub.log.append(f'{self.command} {self.path}')
            fault = next((found for found in (fault(self) for fault in self.stub.faults) if found), None)
            if isinstance(fault, Drop) and fault.when == 'before':
                return self._drop()
            if isinstance(fault, Answer):
                return self._refuse(fault.status, fault.code, fault.headers)
            wrong = wrong_signature(self.command, self.path, self.headers, body)
            if wrong:
                return self._refuse(403, 'SignatureDoesNotMatch', message=wrong)
            answer = self._carry_out(body)
        if isinstance(fault, Drop) and fault.when == 'after':
            return self._drop()
        self._answer(*answer, half=isinstance(fault, Drop) and fault.when == 'half')

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve

    def _drop(self):
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b'\1\0\0\0\0\0\0\0')
        self.connection.close()

    def _refuse(self, status, code, headers=(), message='no'):
        body = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>' if code else ''
        self._answer(status, dict(headers), body.encode())

    def _answer(self, status, headers, body, half=False):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if 'Content-Length' not in headers:
            self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body[:len(body) // 2] if half else body)
        if half:
            self.close_connection = True

    def _carry_out(self, body):
        url = urllib.parse.urlsplit(self.path)
        bucket, _, key = urllib.parse.unquote(url.path).lstrip('/').partition('/')
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        if bucket not in self.stub.buckets:
            return error(404, 'NoSuchBucket')
        wanted = self.headers.get('x-amz-checksum-sha256')
        if wanted and base64.b64encode(hashlib.sha256(body).digest()).decode() != wanted:
            return error(400, 'BadDigest')
        if 'uploads' in query:
            return self._uploads(bucket, key, query)
        if 'uploadId' in query:
            return self._upload(bucket, key, query, body)
        objects = self.stub.buckets[bucket]
        if self.command == 'PUT':
            return self._store(bucket, key, body, metadata(self.headers))
        if key not in objects:
            return error(404, 'NoSuchKey')
        content, headers = objects[key]
        return 200, {**headers, 'Content-Length': str(len(content))}, content

    def _store(self, bucket, key, content, headers):
        objects = self.stub.buckets[bucket]
        if self.stub.conditions and self.headers.get('If-None-Match') == '*' and key in objects:
            return error(412, 'PreconditionFailed')
        objects[key] = content, headers
        self.stub.stored.append((key, content))
        return 200, {'ETag': f'"{hashlib.md5(content).hexdigest()}"'}, b''

    def _uploads(self, bucket, key, query):
        if self.command == 'POST':
            upload = self.stub.next_upload()
            self.stub.uploads[upload] = {'bucket': bucket, 'key': key, 'headers': metadata(self.headers), 'parts': {}}
            return xml('InitiateMultipartUploadResult', f'<UploadId>{escape(upload)}</UploadId>')
        items = ''.join(f'<Upload><Key>{escape(one["key"])}</Key><UploadId>{escape(upload)}</UploadId>'
                        '<Initiated>2026-01-15T12:00:00.000Z</Initiated></Upload>'
                        for upload, one in self.stub.uploads.items() if one['key'].startswith(query['prefix']))
        return xml('ListMultipartUploadsResult', items + '<IsTruncated>false</IsTruncated>')

    def _upload(self, bucket, key, query, body):
        upload = self.stub.uploads.get(query['uploadId'])
        if not upload or (upload['bucket'], upload['key']) != (bucket, key):
            return error(404, 'NoSuchUpload')
        if self.command == 'PUT':
            upload['parts'][int(query['partNumber'])] = body
            return 200, {'ETag': f'"{hashlib.md5(body).hexdigest()}"'}, b''
        if self.command == 'DELETE':
            del self.stub.uploads[query['uploadId']]
            return 204, {}, b''
        if self.command == 'GET':
            items = ''.join(f'<Part><PartNumber>{number}</PartNumber><ETag>"{hashlib.md5(part).hexdigest()}"</ETag></Part>'
                            for number, part in sorted(upload['parts'].items())
                            if number > int(query.get('part-number-marker', 0)))
            return xml('ListPartsResult', items + '<IsTruncated>false</IsTruncated>')
        return self._complete(bucket, key, query['uploadId'], body)

    def _complete(self, bucket, key, upload, body):
        one = self.stub.uploads[upload]
        content = b''
        for number, etag in re.findall(r'<PartNumber>(\d+)</PartNumber><ETag>"([^"]*)"</ETag>', body.decode()):
            part = one['parts'].get(int(number))
            if part is None or hashlib.md5(part).hexdigest() != etag:
                return error(400, 'InvalidPart')
            content += part
        status, headers, answer = self._store(bucket, key, content, one['headers'])
        if status != 200:
            return status, headers, answer
        del self.stub.uploads[upload]
        return xml('CompleteMultipartUploadResult', f'<Key>{escape(key)}</Key>')


def error(status, code):
    return status, {'Content-Type': 'application/xml'}, f'<Error><Code>{code}</Code><Message>no</Message></Error>'.encode()


def xml(root, content):
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{content}</{root}>'
    return 200, {'Content-Type': 'application/xml'}, body.encode()


def metadata(headers):
    return {name.lower(): value for name, value in headers.items() if name.lower().startswith('x-amz-meta-')}


def wrong_signature(method, target, headers, body):
    """What is wrong with the signature of a request; nothing: it is right."""
    found = re.fullmatch(r'AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})',
                         headers.get('Authorization', ''))
    if not found:
        return 'no signature'
    credential, names, signature = found.groups()
    access_key, day, region, service, ending = credential.split('/')
    if (access_key, region, service, ending) != (ACCESS_KEY, REGION, 's3', 'aws4_request'):
        return 'another scope'
    signed = names.split(';')
    missing = [name.lower() for name in headers if name.lower().startswith('x-amz-') and name.lower() not in signed]
    if missing or 'host' not in signed:
        return f'not signed: {missing}'
    if headers['x-amz-content-sha256'] != hashlib.sha256(body).hexdigest():
        return 'another body'
    path, _, query = target.partition('?')
    canonical = '\n'.join([method, path, '&'.join(sorted(query.split('&'))),
                           ''.join(f'{name}:{" ".join(headers[name].split())}\n' for name in signed),
                           names, headers['x-amz-content-sha256']])
    moment = headers['x-amz-date']
    scope = f'{day}/{region}/{service}/{ending}'
    text = '\n'.join(['AWS4-HMAC-SHA256', moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ('AWS4' + SECRET_KEY).encode()
    for part in (day, region, service, ending):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    if hmac.new(key, text.encode(), hashlib.sha256).hexdigest() != signature:
        return 'another signature of ' + canonical
    return None
