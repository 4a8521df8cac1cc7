"""What every real server offers to a test: where it is, who may log in, and the folder behind it."""
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from .keys import KeyPair


@dataclass
class RealServer:
    """An SFTP server over `folder`, which its clients see as `root`."""
    port: int
    username: str
    folder: Path
    root: str
    host_key: KeyPair
    key: KeyPair = None
    password: str = None
    host: str = '127.0.0.1'
    process: object = field(default=None, repr=False)

    def where(self):
        return {'host': self.host, 'port': self.port}

    def login(self, **more):
        """The fields of a request that logs in here, with all that the server may ask for."""
        how = {'privateKey': self.key.private} if self.key else {}
        if self.password:
            how['password'] = self.password
        return {**self.where(), 'username': self.username, **how, **more}

    def path(self, name=''):
        """How a client names the file `name` of the folder."""
        return f'{self.root.rstrip("/")}/{name}' if name else self.root or '/'

    def local(self, name):
        return self.folder / name

    def fresh(self, name):
        """An empty folder `name`, seen by this process and by the server."""
        path = self.local(name)
        if path.exists():
            shutil.rmtree(path)
        path.mkdir()
        return path
