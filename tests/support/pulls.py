"""Folders that are pulled, as tests set them up over the HTTP API."""
from urllib.parse import quote

from .managed import call
from .waiting import until


class Folder:
    """A folder of `connection` (a `managed.Connection`), pulled into the local folder `name` of the gateway."""

    def __init__(self, connection, name, remote, schedule=None, rules=None, destination=None, **more):
        self.connection, self.gateway = connection, connection.gateway
        wanted = {'name': name, 'remoteFolder': str(remote), 'schedule': schedule,
                  'rules': rules or {'stable': {'by': 'at_once'}},
                  'destination': destination or {'to': 'local', 'folder': name}, **more}
        self.made = connection.ask('POST', '/folders', wanted)
        assert self.made.status == 201, f'{self.made.status} {self.made.body[:300]}'
        self.id = self.made.json['id']
        self.place = self.gateway.data_dir / 'pulled' / name

    def ask(self, method, below='', value=None):
        return call(self.gateway, method, f'/folders/{self.id}{below}', value)

    def run(self):
        """Asks for a run; its id."""
        answer = self.ask('POST', '/run', {})
        assert answer.status == 202, f'{answer.status} {answer.body[:300]}'
        return answer.json['run']

    def run_to_its_end(self, seconds=30):
        return self.ended(self.run(), seconds)

    def ended(self, run, seconds=30):
        """The run as the history has it, once it is over."""
        def shown():
            found = call(self.gateway, 'GET', f'/runs/{run}').json
            return found if found and found.get('endedAt') else None
        return until(shown, seconds, f'the end of {run}')

    def runs(self):
        """Newest first."""
        return everything(self.gateway, f'/runs?folder={self.id}', 'runs')

    def ledger(self):
        return everything(self.gateway, f'/files?folder={self.id}', 'files')

    def arrived(self):
        """What is there under its final name: path to content."""
        return {str(path.relative_to(self.place)): path.read_bytes() for path in self.place.rglob('*')
                if path.is_file() and not any(part.startswith('.gangway') for part in path.parts)}


def everything(gateway, path, name):
    """All pages of a list."""
    rows, after = [], ''
    while True:
        page = call(gateway, 'GET', f'{path}&limit=500{after}').json
        rows += page[name]
        if not page.get('next'):
            return rows
        after = f'&after={quote(page["next"])}'
