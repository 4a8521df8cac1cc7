"""What the tests of malicious SFTP servers share: requests to provoke each type of reply, and ways to twist it."""
import base64

from .checks import error
from .scripted_sftp import lying

HELLO = {'path': 'hello.txt'}
FOLDER = {'path': 'folder'}
NEW = {'path': 'new.txt', 'content': base64.b64encode(b'some content').decode()}
# What makes the gateway wait for each type of reply: operation and fields.
ASKS_FOR = {'status': ('delete', HELLO), 'handle': ('download', HELLO), 'data': ('download', HELLO),
            'name': ('list', FOLDER), 'attrs': ('stat', HELLO), 'version': ('list', FOLDER)}
# The request that each of them answers.
REQUEST_OF = {'status': 'remove', 'handle': 'open', 'data': 'read', 'name': 'readdir', 'attrs': 'stat',
              'version': 'init'}


def right_answer(kind, script, request):
    """What the healthy server says to a request of this kind."""
    return getattr(super(type(script), script), kind)(request)


def twisted(kind, twist):
    """A server that answers `kind` with twist(the right octets); nothing when that gives None."""
    def answer(self, request):
        return twist(right_answer(kind, self, request))
    return lying(**{kind: answer})


def refuses(answer):
    """The outcome of a reply that breaks the protocol."""
    return error(answer, 'bad_message', phase=('sftp', 'subsystem'))
