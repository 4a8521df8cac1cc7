"""SFTP version 3 as octets (draft-ietf-secsh-filexfer-02): reads requests, and writes replies right or wrong."""
import struct
from dataclasses import dataclass

INIT, VERSION = 1, 2
OPEN, CLOSE, READ, WRITE, LSTAT, FSTAT, SETSTAT, FSETSTAT, OPENDIR, READDIR, REMOVE, MKDIR, RMDIR, REALPATH, STAT, \
    RENAME, READLINK, SYMLINK = range(3, 21)
STATUS, HANDLE, DATA, NAME, ATTRS = range(101, 106)
EXTENDED, EXTENDED_REPLY = 200, 201

OK, EOF, NO_SUCH_FILE, PERMISSION_DENIED, FAILURE, BAD_MESSAGE, NO_CONNECTION, CONNECTION_LOST, \
    OP_UNSUPPORTED = range(9)

# Flags of OPEN and of ATTRS.
FLAG_READ, FLAG_WRITE, FLAG_APPEND, FLAG_CREAT, FLAG_TRUNC, FLAG_EXCL = 1, 2, 4, 8, 16, 32
HAS_SIZE, HAS_OWNER, HAS_PERMISSIONS, HAS_TIMES, HAS_EXTENDED = 1, 2, 4, 8, 0x80000000

S_IFDIR, S_IFREG, S_IFLNK = 0o040000, 0o100000, 0o120000

_NAMES = {OPEN: 'open', CLOSE: 'close', READ: 'read', WRITE: 'write', LSTAT: 'lstat', FSTAT: 'fstat',
          SETSTAT: 'setstat', FSETSTAT: 'fsetstat', OPENDIR: 'opendir', READDIR: 'readdir', REMOVE: 'remove',
          MKDIR: 'mkdir', RMDIR: 'rmdir', REALPATH: 'realpath', STAT: 'stat', RENAME: 'rename',
          READLINK: 'readlink', SYMLINK: 'symlink', EXTENDED: 'extended', INIT: 'init'}
# The fields after the id: s string, I uint32, Q uint64, a attributes; * the rest as it is.
_FIELDS = {OPEN: (('path', 's'), ('flags', 'I'), ('attrs', 'a')), CLOSE: (('handle', 's'),),
           READ: (('handle', 's'), ('offset', 'Q'), ('length', 'I')),
           WRITE: (('handle', 's'), ('offset', 'Q'), ('data', 's')), LSTAT: (('path', 's'),), FSTAT: (('handle', 's'),),
           SETSTAT: (('path', 's'), ('attrs', 'a')), FSETSTAT: (('handle', 's'), ('attrs', 'a')),
           OPENDIR: (('path', 's'),), READDIR: (('handle', 's'),), REMOVE: (('path', 's'),),
           MKDIR: (('path', 's'), ('attrs', 'a')), RMDIR: (('path', 's'),), REALPATH: (('path', 's'),),
           STAT: (('path', 's'),), RENAME: (('path', 's'), ('target', 's')), READLINK: (('path', 's'),),
           SYMLINK: (('path', 's'), ('target', 's')), EXTENDED: (('name', 's'), ('rest', '*')), INIT: (('rest', '*'),)}


@dataclass
class Request:
    """One request. The fields that its kind has are attributes: path, handle, offset, length, data, attrs, …"""
    type: int
    id: int     # for INIT: the version
    fields: dict

    def __getattr__(self, name):
        try:
            return self.fields[name]
        except KeyError:
            raise AttributeError(name) from None

    @property
    def kind(self):
        """The request in small letters, e.g. "opendir"."""
        return _NAMES[self.type]


def parse_request(message):
    """A Request out of one message, without its length."""
    kind, number = message[0], struct.unpack_from('>I', message, 1)[0]
    at, fields = 5, {}
    for name, shape in _FIELDS[kind]:
        fields[name], at = _field(message, at, shape)
    if at != len(message):
        raise ValueError(f'{_NAMES[kind]}: {len(message) - at} octets too many')
    return Request(kind, number, fields)


def _field(message, at, shape):
    if shape == 's':
        size = struct.unpack_from('>I', message, at)[0]
        if at + 4 + size > len(message):
            raise ValueError('string beyond the message')
        return message[at + 4:at + 4 + size], at + 4 + size
    if shape == '*':
        return message[at:], len(message)
    if shape == 'a':
        return _attributes(message, at)
    value = struct.unpack_from('>' + shape, message, at)[0]
    return value, at + struct.calcsize(shape)


def _attributes(message, at):
    flags, at = _field(message, at, 'I')
    found = {}
    for bit, names, shape in ((HAS_SIZE, ('size',), 'Q'), (HAS_OWNER, ('uid', 'gid'), 'I'),
                              (HAS_PERMISSIONS, ('mode',), 'I'), (HAS_TIMES, ('atime', 'mtime'), 'I')):
        for name in names if flags & bit else ():
            found[name], at = _field(message, at, shape)
    return found, at


# Pieces. -------------------------------------------------------------------------------------------------------------

def u32(value):
    return struct.pack('>I', value)


def u64(value):
    return struct.pack('>Q', value)


def string(octets):
    return u32(len(octets)) + octets


def frame(message):
    """A message with its length before it."""
    return u32(len(message)) + message


def attributes(size=None, owner=None, mode=None, times=None, extra_flags=0, tail=b''):
    """The ATTRS compound; `owner` is (uid, gid), `times` is (atime, mtime). `extra_flags` and `tail` are for lies."""
    flags, body = extra_flags, b''
    for bit, value, octets in ((HAS_SIZE, size, lambda: u64(size)),
                               (HAS_OWNER, owner, lambda: b''.join(map(u32, owner))),
                               (HAS_PERMISSIONS, mode, lambda: u32(mode)),
                               (HAS_TIMES, times, lambda: b''.join(map(u32, times)))):
        if value is not None:
            flags |= bit
            body += octets()
    return u32(flags) + body + tail


def entry(name, attrs=None, longname=b''):
    """One element of a NAME reply."""
    return string(name) + string(longname) + (attributes(0, mode=S_IFREG | 0o644) if attrs is None else attrs)


# Whole replies, framed. ----------------------------------------------------------------------------------------------

def reply(kind, number, body=b''):
    return frame(bytes([kind]) + u32(number) + body)


def version(number=3, *extensions):
    """`extensions` are (name, data) pairs."""
    return frame(bytes([VERSION]) + u32(number) + b''.join(string(name) + string(data) for name, data in extensions))


def status(number, code, text=b'', language=b''):
    return reply(STATUS, number, u32(code) + string(text) + string(language))


def handle(number, octets):
    return reply(HANDLE, number, string(octets))


def data(number, octets):
    return reply(DATA, number, string(octets))


def name(number, *entries):
    return reply(NAME, number, u32(len(entries)) + b''.join(entries))


def attrs(number, compound):
    return reply(ATTRS, number, compound)
