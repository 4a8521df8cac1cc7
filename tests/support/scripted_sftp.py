"""An SFTP server that does what a test's script says, octet by octet.

`Script` is a healthy server over a small tree in memory; an attack overrides the answer to one kind of request:

    script = lying(stat=lambda self, request: wire.attrs(request.id + 1, wire.attributes(1)))   # the wrong id
    with scripted_sftp(keys, script) as server: ...
"""
import asyncio
import traceback

from . import sftp_wire as wire
from .scripted_ssh import ScriptedSsh, asyncssh

MIB = 1024 * 1024
HOME = b'/home/someone'
WHEN = 1767225600   # 2026-01-01T00:00:00Z


def pattern(size):
    """`size` octets of text of which no two KiB are alike, so that a piece in the wrong place shows."""
    return b''.join(b'%015x\n' % line for line in range((size + 15) // 16))[:size]


def healthy_tree():
    """path → content; None is a folder."""
    return {b'/': None, b'/home': None, HOME: None, HOME + b'/folder': None, HOME + b'/folder/inner.txt': b'inner\n',
            HOME + b'/hello.txt': b'hello world\n', HOME + b'/mib.txt': pattern(MIB), HOME + b'/empty.txt': b''}


class Script(asyncssh.SSHServerSession):
    """One SFTP session. A method per kind of request takes a wire.Request and returns the octets to send, or nothing
    to stay silent. Runs on the event loop's thread."""

    # Octets that go out as soon as the subsystem runs, before VERSION.
    greeting = b''
    extensions = ((b'posix-rename@openssh.com', b'1'), (b'limits@openssh.com', b'1'))
    # The answer to limits@openssh.com: packet, read, write, open handles.
    limits = (256 * 1024, 255 * 1024, 255 * 1024, 100)

    def __init__(self, server):
        self.server = server
        self.tree = server.tree
        self._channel = None
        self._received = bytearray()
        self._handles = {}  # handle → path, or for a folder the entries still to tell
        self._next_handle = 0
        self._quiet = None

    # The SSH side.

    def connection_made(self, chan):
        self._channel = chan

    def subsystem_requested(self, subsystem):
        return subsystem == 'sftp'

    def session_started(self):
        self.send(self.greeting)

    def data_received(self, data, datatype):
        self._received += data
        while len(self._received) >= 4:
            size = int.from_bytes(self._received[:4], 'big')
            if len(self._received) < 4 + size:
                break
            message = bytes(self._received[4:4 + size])
            del self._received[:4 + size]
            self._answer(message)
        if self._quiet is not None:
            self._quiet.cancel()
        self._quiet = asyncio.get_event_loop().call_later(0.02, self.on_quiet)

    def connection_lost(self, exc):
        if self._quiet is not None:
            self._quiet.cancel()

    def _answer(self, message):
        try:
            request = wire.parse_request(message)
            self.server.requests.append(request)
            self.send(getattr(self, request.kind)(request))
        except Exception:   # a bug in a script must not look like a hostile server
            self.server.bugs.append(traceback.format_exc())
            self.hang_up()

    def eof_received(self):
        return False

    def send(self, octets):
        if octets:
            try:
                self._channel.write(octets)
            except BrokenPipeError:
                pass    # the client hung up

    def hang_up(self):
        """Closes the channel; what was sent still arrives."""
        self._channel.write_eof()
        self._channel.close()

    def on_quiet(self):
        """Called when the client has sent nothing for a moment: it waits for us."""

    # The SFTP side: a healthy server.

    def init(self, request):
        return wire.version(3, *self.extensions)

    def extended(self, request):
        if request.name == b'limits@openssh.com':
            return wire.reply(wire.EXTENDED_REPLY, request.id, b''.join(map(wire.u64, self.limits)))
        if request.name == b'posix-rename@openssh.com':
            fields = wire.parse_request(bytes([wire.RENAME]) + wire.u32(request.id) + request.rest)
            return self._move(request.id, self.full(fields.path), self.full(fields.target))
        return wire.status(request.id, wire.OP_UNSUPPORTED, b'Operation unsupported')

    @staticmethod
    def full(path):
        path = path if path.startswith(b'/') else HOME + b'/' + path
        parts = [part for part in path.split(b'/') if part not in (b'', b'.')]
        return b'/' + b'/'.join(parts)

    def compound(self, path):
        """The attributes of `path`, or None."""
        if path not in self.tree:
            return None
        content = self.tree[path]
        mode = wire.S_IFDIR | 0o755 if content is None else wire.S_IFREG | 0o644
        return wire.attributes(0 if content is None else len(content), (1000, 1000), mode, (WHEN, WHEN))

    def stat(self, request):
        return self._attributes(request.id, self.full(request.path))

    lstat = stat

    def fstat(self, request):
        return self._attributes(request.id, self._handles.get(request.handle))

    def _attributes(self, number, path):
        compound = self.compound(path)
        return self.missing(number) if compound is None else wire.attrs(number, compound)

    @staticmethod
    def missing(number):
        return wire.status(number, wire.NO_SUCH_FILE, b'No such file')

    def new_handle(self, value):
        self._next_handle += 1
        octets = b'h%d' % self._next_handle
        self._handles[octets] = value
        return octets

    def open(self, request):
        path = self.full(request.path)
        writes = request.flags & wire.FLAG_WRITE
        if not writes and self.tree.get(path) is None:
            return self.missing(request.id)
        if writes:
            if self.tree.get(path.rpartition(b'/')[0] or b'/', b'') is not None:
                return self.missing(request.id)
            if path in self.tree and request.flags & wire.FLAG_EXCL:
                return wire.status(request.id, wire.FAILURE, b'Failure')
            if path not in self.tree or request.flags & wire.FLAG_TRUNC:
                self.tree[path] = b''
        return wire.handle(request.id, self.new_handle(path))

    def read(self, request):
        piece = self.tree[self._handles[request.handle]][request.offset:request.offset + request.length]
        return wire.data(request.id, piece) if piece else self.end(request.id)

    @staticmethod
    def end(number):
        return wire.status(number, wire.EOF, b'End of file')

    @staticmethod
    def done(number):
        return wire.status(number, wire.OK, b'Success')

    def write(self, request):
        path = self._handles[request.handle]
        content = bytearray(self.tree[path])
        content.extend(bytes(max(0, request.offset - len(content))))
        content[request.offset:request.offset + len(request.data)] = request.data
        self.tree[path] = bytes(content)
        return self.done(request.id)

    def close(self, request):
        self._handles.pop(request.handle, None)
        return self.done(request.id)

    def opendir(self, request):
        path = self.full(request.path)
        if self.tree.get(path, b'') is not None:
            return self.missing(request.id)
        start = path.rstrip(b'/') + b'/'
        names = [name[len(start):] for name in self.tree
                 if name.startswith(start) and name != start and b'/' not in name[len(start):]]
        entries = [wire.entry(name, self.compound(start + name)) for name in names]
        return wire.handle(request.id, self.new_handle([wire.entry(b'.'), wire.entry(b'..'), *entries]))

    def readdir(self, request):
        entries = self._handles[request.handle]
        if not entries:
            return self.end(request.id)
        self._handles[request.handle] = []
        return wire.name(request.id, *entries)

    def remove(self, request):
        if self.tree.get(self.full(request.path)) is None:
            return self.missing(request.id)
        del self.tree[self.full(request.path)]
        return self.done(request.id)

    def mkdir(self, request):
        self.tree[self.full(request.path)] = None
        return self.done(request.id)

    def rmdir(self, request):
        self.tree.pop(self.full(request.path), None)
        return self.done(request.id)

    def rename(self, request):
        return self._move(request.id, self.full(request.path), self.full(request.target))

    def _move(self, number, old, new):
        if old not in self.tree:
            return self.missing(number)
        self.tree[new] = self.tree.pop(old)
        return self.done(number)

    def realpath(self, request):
        return wire.name(request.id, wire.entry(self.full(request.path), wire.attributes()))

    def setstat(self, request):
        return self.done(request.id)

    fsetstat = setstat

    def readlink(self, request):
        return self.missing(request.id)

    def symlink(self, request):
        return wire.status(request.id, wire.OP_UNSUPPORTED, b'Operation unsupported')


def lying(**answers):
    """A Script class with these methods and attributes."""
    return type('LyingScript', (Script,), answers)


class ScriptedSftp(ScriptedSsh):
    """Serves `script`; `tree` is shared by its sessions, `requests` is what they were asked.

    A script that failed itself makes the end of the `with` block fail."""

    def __init__(self, keys, script=Script, tree=None, host_keys=None, **options):
        self.tree = healthy_tree() if tree is None else tree
        self.requests = []
        self.bugs = []
        host_keys = host_keys or [keys.host()]
        super().__init__([str(key.path) for key in host_keys], session=lambda: script(self), **options)

    def asked(self, kind):
        return [request for request in self.requests if request.kind == kind]

    def stop(self):
        super().stop()
        assert not self.bugs, '\n'.join(self.bugs)
