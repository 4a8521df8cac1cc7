"""What one run of one contestant gave, or why it gave nothing."""
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sample:
    """`figures` are named numbers that bars speak of; a race has only "wall_s". `client_cpu_s` is what the HTTP client
    beside a measured server used."""
    figures: dict
    cpu_s: float | None = None
    peak_mib: float | None = None
    client_cpu_s: float | None = None


class NotAvailable(Exception):
    """The contestant cannot do this work: what it said."""


class WrongContent(Exception):
    """The work was done, but what came out is not what went in."""


@dataclass
class Attempts:
    """All rounds of one contestant in one row. An error ends its part of the row."""
    samples: list = field(default_factory=list)
    error: str | None = None
    wrong: bool = False

    @property
    def trouble(self):
        """The error with what kind it is, on one line."""
        return f'{"WRONG CONTENT" if self.wrong else "not available"}: {" ".join(self.error.split())}'
