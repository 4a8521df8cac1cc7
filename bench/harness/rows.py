"""The table: every row that `./dev bench` runs, in its order."""
from functools import partial

from . import clients, http_stat, idle, listing, pull, slow_readers
from .clients import (CURL_GET, CURL_PUT, LFTP_GET, LFTP_GET_TREE, LFTP_PUT, LFTP_PUT_TREE, RCLONE_GET,
                      RCLONE_GET_TREE, RCLONE_GET_TREE_32, RCLONE_HTTP, RCLONE_PUT, SFTP_GET, SFTP_GET_GCM,
                      SFTP_GET_TREE, SFTP_PUT, SFTP_PUT_GCM, SFTP_PUT_TREE)
from .files import MIB, Copy, make_file, make_tree
from .row import Contestant, Faster, Row, Within

US, GATEWAY = 'gangway', 'gangway serve + curl'


def _file(size, line, target, stage, scale):
    size = max(64 * 1024, round(size * scale))
    return Copy.of(make_file(stage.folder / f'file-{size}', size), stage.folder / target, getattr(stage, line))


def _source_tree(count, stage, scale):
    count = max(20, round(count * scale))
    return make_tree(stage.folder / f'tree-{count}', count)


def _tree(count, line, target, stage, scale):
    return Copy.of(_source_tree(count, stage, scale), stage.folder / target, getattr(stage, line))


def _copy(name, work, prepare, us, peers, bars):
    """A race: `us` and the peers do the same copy, which is checked by SHA-256 and removed after each run."""
    return Row(name, work, bars, (us, *peers), prepare, check=lambda stage, copy: copy.check(),
               clear=lambda stage, copy: copy.clear())


def _names(*peers):
    return tuple(peer.name for peer in peers)


_GET, _PUT = Contestant(US, clients.gangway_get, ours=True), Contestant(US, clients.gangway_put, ours=True)
_GET_TREE = Contestant(US, clients.gangway_get_tree, ours=True)
_PUT_TREE = Contestant(US, clients.gangway_put_tree, ours=True)
_HTTP_GET = Contestant(GATEWAY, clients.gateway_get, ours=True)
_HTTP_PUT = Contestant(GATEWAY, clients.gateway_put, ours=True)

_TO_PULL = partial(_source_tree, pull.NEW_FILES)

_ALL_GET = (SFTP_GET, SFTP_GET_GCM, LFTP_GET, RCLONE_GET, CURL_GET)
_ALL_PUT = (SFTP_PUT, SFTP_PUT_GCM, LFTP_PUT, RCLONE_PUT, CURL_PUT)
_TREE_GET, _TREE_PUT = (SFTP_GET_TREE, LFTP_GET_TREE), (SFTP_PUT_TREE, LFTP_PUT_TREE)


def _beside_pull(way):
    """The peers of a pull, each done in this way."""
    return tuple(Contestant(peer.name, partial(way, peer.run))
                 for peer in (RCLONE_GET_TREE, RCLONE_GET_TREE_32, LFTP_GET_TREE))


_PULL_NEW = Contestant(US, pull.pull_new, ours=True)
_KNOWN = (Contestant(US, pull.pull_known, ours=True), *_beside_pull(pull.copy_known))
_NOTHING_PULLED = Within(US, 'pulled', most=0)

ROWS = (
    _copy('get-1g', '1 GiB download, loopback, to a file on tmpfs', partial(_file, 1024 * MIB, 'near', 'out'), _GET,
          _ALL_GET, (Faster(US, 1.15, _names(*_ALL_GET)),)),
    _copy('put-1g', '1 GiB upload, loopback', partial(_file, 1024 * MIB, 'near', 'out'), _PUT, _ALL_PUT,
          (Faster(US, 1.15, _names(*_ALL_PUT)),)),
    _copy('http-get-1g', '1 GiB GET through the gateway', partial(_file, 1024 * MIB, 'near', 'out'), _HTTP_GET,
          (SFTP_GET, RCLONE_HTTP), (Faster(GATEWAY, 1.0, ('sftp',)), Faster(GATEWAY, 2.2, ('rclone serve http',)))),
    _copy('http-put-1g', '1 GiB PUT through the gateway', partial(_file, 1024 * MIB, 'near', 'out'), _HTTP_PUT,
          (SFTP_PUT,), (Faster(GATEWAY, 1.0, ('sftp',)),)),
    _copy('get-far', '256 MiB download at 50 ms round trip', partial(_file, 256 * MIB, 'far', 'out'), _GET,
          (SFTP_GET, LFTP_GET, RCLONE_GET), (Faster(US, 10, ('sftp',)),)),
    _copy('put-far', '256 MiB upload at 50 ms round trip', partial(_file, 256 * MIB, 'far', 'out'), _PUT,
          (SFTP_PUT, LFTP_PUT, RCLONE_PUT), (Faster(US, 10, ('sftp',)),)),
    _copy('get-tree', '10,000 × 1 KiB recursive download, loopback', partial(_tree, 10_000, 'near', 'out-tree'),
          _GET_TREE, _TREE_GET, (Faster(US, 8, _names(*_TREE_GET)),)),
    _copy('put-tree', '10,000 × 1 KiB recursive upload, loopback', partial(_tree, 10_000, 'near', 'out-tree'),
          _PUT_TREE, _TREE_PUT, (Faster(US, 5, _names(*_TREE_PUT)),)),
    _copy('get-tree-far', '1,000 × 1 KiB recursive download at 50 ms round trip',
          partial(_tree, 1000, 'far', 'out-tree'), _GET_TREE, _TREE_GET,
          (Faster(US, 15, ('lftp mirror -P 8',)), Faster(US, 80, ('sftp -r',)))),
    _copy('put-tree-far', '1,000 × 1 KiB recursive upload at 50 ms round trip',
          partial(_tree, 1000, 'far', 'out-tree'), _PUT_TREE, _TREE_PUT, (Faster(US, 10, _names(*_TREE_PUT)),)),
    Row('pull-tree', '10,000 new files of 1 KiB pulled, durable and recorded, loopback to a disk',
        (Within(US, 'wall_s', most=10),), (_PULL_NEW, *_beside_pull(pull.copy_durably)),
        partial(pull.prepare_new, _TO_PULL), lambda stage, copy: copy.check(), pull.clear_new),
    Row('pull-again', 'the next run over these 10,000 files', (_NOTHING_PULLED,), _KNOWN,
        partial(pull.prepare_again, _TO_PULL), lambda stage, known: known.check()),
    Row('pull-plan', 'a run over one folder of 100,000 files that were pulled',
        (Within(US, 'wall_s', most=2), Within(US, 'peak_mib', most=200), _NOTHING_PULLED), _KNOWN, pull.prepare_plan,
        lambda stage, known: known.check()),
    Row('stat-1', 'warm stat over HTTP, 1 client, kept alive', (Within('POST stat', 'median_ms', most=0.20),),
        http_stat.CONTESTANTS, partial(http_stat.prepare, 1, 3)),
    Row('stat-32', 'warm stat over HTTP, 32 clients, one remote account',
        (Within('POST stat', 'per_s', least=20_000),), http_stat.CONTESTANTS, partial(http_stat.prepare, 32, 5)),
    Row('list', 'list of 100,000 entries as NDJSON',
        (Within('gangway serve', 'first_ms', most=50), Within('gangway serve', 'all_s', most=1.0),
         Within('gangway serve', 'growth_mib', most=16)), listing.CONTESTANTS, listing.prepare),
    Row('slow-readers', '200 concurrent 32 MiB downloads to readers of 1 MB/s',
        (Within('gangway serve', 'peak_mib', most=200), Within('gangway serve', 'failed', most=0),
         Within('gangway serve', 'slowest_over_pace', most=1.25)), slow_readers.CONTESTANTS, slow_readers.prepare),
    Row('idle-sessions', '300 idle pooled sessions, above an idle gateway',
        (Within('gangway serve', 'growth_mib', most=40),), idle.POOLED, idle.prepare_sessions),
    Row('idle', 'idle gateway', (Within('gangway serve', 'ready_ms', most=100),
                                 Within('gangway serve', 'rss_mib', most=25)), idle.START, lambda stage, scale: None),
)
