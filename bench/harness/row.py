"""The shape of a row of the table: what work, who does it, how it is checked, and what it must show."""
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Contestant:
    """`run(stage, work)` does the work once and returns a Sample. `ours` marks Gangway."""
    name: str
    run: Callable
    ours: bool = False


@dataclass(frozen=True)
class Faster:
    """`who` takes at most 1/`times` of the wall time of the fastest of `than`."""
    who: str
    times: float
    than: tuple

    def verdict(self, results):
        """(text, met) from the medians by contestant, or None for what cannot be said."""
        peers = {name: results[name]['wall_s'] for name in self.than if name in results}
        if self.who not in results or not peers:
            return None
        best = min(peers, key=peers.get)
        ratio = peers[best] / results[self.who]['wall_s']
        return f'{ratio:.2f} × {best}', ratio >= self.times

    def __str__(self):
        peers = self.than[0] if len(self.than) == 1 else 'the best of ' + ', '.join(self.than)
        return f'≥ {self.times:g} × {peers}'


@dataclass(frozen=True)
class Within:
    """A figure of `who` is at least `least` and at most `most`."""
    who: str
    figure: str
    most: float | None = None
    least: float | None = None

    def verdict(self, results):
        value = results.get(self.who, {}).get(self.figure)
        if value is None:
            return None
        met = (self.most is None or value <= self.most) and (self.least is None or value >= self.least)
        return f'{self.figure} {value:.4g}', met

    def __str__(self):
        return f'{self.figure} ≤ {self.most:g}' if self.most is not None else f'{self.figure} ≥ {self.least:g}'


@dataclass(frozen=True)
class Row:
    """`prepare(stage, scale)` returns the work, outside the timed part; `check(stage, work)` raises WrongContent, and
    `clear(stage, work)` removes what a run left, so that every run begins alike."""
    name: str
    work: str
    bars: tuple
    contestants: tuple
    prepare: Callable
    check: Callable = lambda stage, work: None
    clear: Callable = lambda stage, work: None


def medians(samples):
    """The median of every figure over the rounds."""
    return {name: median(sample.figures[name] for sample in samples) for name in samples[0].figures}
