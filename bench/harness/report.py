"""The outcome as JSON, for machines, and as Markdown, for people."""
from statistics import median

from .row import medians
from .runner import verdicts


def as_json(context, outcomes):
    """`outcomes` is a list of (row, {contestant: Attempts})."""
    return {**context, 'rows': [{
        'name': row.name, 'work': row.work,
        'bars': [{'bar': bar, 'measured': measured, 'met': met} for bar, measured, met in verdicts(row, results, context['scale'])],
        'contestants': {name: _attempts(each) for name, each in results.items()},
    } for row, results in outcomes]}


def _attempts(attempts):
    if attempts.error is not None:
        return {'error': attempts.trouble, 'completed_rounds': len(attempts.samples)}
    return {'median': medians(attempts.samples), 'cpu_s': _median(attempts, 'cpu_s'),
            'client_cpu_s': _median(attempts, 'client_cpu_s'), 'peak_mib': _median(attempts, 'peak_mib'),
            'rounds': [sample.figures for sample in attempts.samples]}


def _median(attempts, name):
    values = [getattr(sample, name) for sample in attempts.samples]
    return None if None in values else median(values)


def as_markdown(context, outcomes):
    machine = context['machine']
    peers = '; '.join(f'{name}: {version}' for name, version in machine['peers'].items())
    lines = [
        f'# Benchmark of {context["date"]}', '',
        f'{machine["gangway"]} at {machine["revision"]}, {context["rounds"]} rounds, medians.',
        f'{machine["cpus"]} × {machine["cpu"]}, {machine["memory_gib"]} GiB, Linux {machine["kernel"]}, '
        f'{machine["system"]}, load {machine["load_at_start"]} at the start.', peers + '.', '']
    if context['scale'] != 1:
        lines += [f'**Work scaled by {context["scale"]:g}: this shows that the rows run, not what they show.**', '']
    lines += [f'The long line has a round trip of {context["line_round_trip_ms"]:.2f} ms.', ''] \
        if context['line_round_trip_ms'] else []
    lines += [f'Pulled files and the ledger lie on {context["disk"]["kind"]}; a 4 KiB write with fsync takes '
              f'{context["disk"]["fsync_ms"]:.2f} ms there.', ''] if context['disk'] else []
    lines += ['| row | work | bar | measured | met |', '|---|---|---|---|---|']
    for row, results in outcomes:
        for bar, measured, met in verdicts(row, results, context['scale']):
            lines.append(f'| {row.name} | {row.work} | {bar} | {measured} | {_MET[met]} |')
    lines += ['', '| row | contestant | median of | CPU s | peak MiB |', '|---|---|---|---|---|']
    for row, results in outcomes:
        for name, attempts in results.items():
            lines.append(f'| {row.name} | {name} | {_contestant(attempts)} |')
    return '\n'.join(lines) + '\n'


_MET = {True: 'yes', False: '**no**', None: '–'}


def _contestant(attempts):
    if attempts.error is not None:
        trouble = attempts.trouble[:160].replace('|', '\\|')
        return f'{trouble} | – | –'
    figures = ', '.join(f'{name} {_number(value)}' for name, value in medians(attempts.samples).items())
    cpu, client = _median(attempts, 'cpu_s'), _median(attempts, 'client_cpu_s')
    cpu_text = f'{cpu:.2f}' + (f' + {client:.2f}' if client is not None else '')
    return f'{figures} | {cpu_text} | {_median(attempts, "peak_mib"):.1f}'


def _number(value):
    return f'{value:.4g}' if abs(value) < 10_000 else f'{value:.0f}'
