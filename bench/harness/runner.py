"""Runs rows: all contestants of a row in turn, round by round, so that what else the machine does hits all alike."""
import sys

from .outcome import Attempts, NotAvailable, WrongContent
from .row import medians


def say(text):
    print(text, file=sys.stderr, flush=True)


def run_row(row, stage, rounds, scale, peers=True):
    """{contestant: Attempts}. Who fails once is out for the rest of the row; a row that cannot be prepared fails for
    all."""
    contestants = [each for each in row.contestants if each.ours or peers]
    results = {each.name: Attempts() for each in contestants}
    say(f'{row.name}: {row.work}')
    try:
        work = row.prepare(stage, scale)
    except (NotAvailable, WrongContent) as error:
        for each in contestants:
            results[each.name].error = str(error)
            results[each.name].wrong = each.ours and isinstance(error, WrongContent)
        return results
    for number in range(rounds):
        # Nobody always runs first, or always after the same other.
        for each in contestants[number % len(contestants):] + contestants[:number % len(contestants)]:
            if results[each.name].error is None:
                _run(row, each, stage, work, results[each.name])
                _tell(each, number, results[each.name])
    return results


def _run(row, contestant, stage, work, attempts):
    row.clear(stage, work)
    stage.touch_memory()
    try:
        sample = contestant.run(stage, work)
        row.check(stage, work)
        attempts.samples.append(sample)
    except NotAvailable as error:
        attempts.error = str(error)
    except WrongContent as error:
        attempts.error, attempts.wrong = str(error), True
    except OSError as error:
        attempts.error = f'the connection to it failed: {error}'
    finally:
        row.clear(stage, work)


def _tell(contestant, number, attempts):
    if attempts.error is not None:
        say(f'  {number + 1} {contestant.name}: {attempts.trouble}')
    else:
        figures = ', '.join(f'{name} {value:.4g}' for name, value in attempts.samples[-1].figures.items())
        say(f'  {number + 1} {contestant.name}: {figures}')


def verdicts(row, results, scale):
    """For each bar (text of the bar, what was measured, met: True, False, or None where it cannot be said, as of work
    that is not of its full size)."""
    figures = {name: medians(each.samples) for name, each in results.items() if each.error is None and each.samples}
    said = [(str(bar), bar.verdict(figures)) for bar in row.bars]
    judged = [(bar, *(verdict or ('not available', None))) for bar, verdict in said]
    return [(bar, measured, met if scale == 1 else None) for bar, measured, met in judged]
