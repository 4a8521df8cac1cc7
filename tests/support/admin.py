"""The administering half of the command line, against one gateway."""
import subprocess

from .child import assert_no_report
from .cli import Outcome
from .waiting import PATIENCE


class Administration:
    """gangway NOUN VERB … on `gateway`, with a home folder of its own (`cli`)."""

    def __init__(self, cli, gateway, token_file=None):
        self.cli, self.gateway, self.token_file = cli, gateway, token_file

    def __call__(self, *arguments, stdin=b'', env=None, seconds=60):
        token = {} if self.token_file is None else {'GANGWAY_TOKEN_FILE': str(self.token_file)}
        done = subprocess.run(self.cli.argv(*arguments), input=stdin, capture_output=True, cwd=self.cli.home,
                              timeout=seconds * PATIENCE, start_new_session=True,   # nobody at a terminal
                              env=self.cli.environment(GANGWAY_URL=self.gateway.url, **token, **(env or {})))
        stderr = done.stderr.decode('utf-8', 'backslashreplace')
        assert_no_report(stderr)
        return Outcome(done.returncode, done.stdout, stderr)

    def text(self, *arguments, **options):
        """Standard output of a command that must succeed."""
        done = self(*arguments, **options)
        assert done.status == 0, f'{done.status}: {done.stderr}'
        return done.stdout.decode()

    def json(self, *arguments, **options):
        done = self(*arguments, '--json', **options)
        assert done.status == 0, f'{done.status}: {done.stderr}'
        return done.json()
