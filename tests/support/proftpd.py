"""ProFTPD with mod_sftp, as a child of the test process and as the current user."""
import grp
import os
import pwd
from pathlib import Path

from .child import Child, ChildFailed, run
from .ports import free_port, listens
from .privilege import IS_ROOT
from .servers import RealServer
from .waiting import until

_BINARY = '/usr/sbin/proftpd'


def start_proftpd(keys, folder, tree):
    """Lets `someone` in with any user key of `keys`, over the real folder `tree`."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    host_key = keys.host('rsa')
    # mod_sftp reads PEM host keys and RFC 4716 public keys.
    pem = folder / 'host_key'
    pem.write_text(host_key.private)
    pem.chmod(0o600)
    run(['ssh-keygen', '-q', '-p', '-P', '', '-N', '', '-m', 'PEM', '-f', pem])
    user_key = keys.user('rsa')
    authorized = run(['ssh-keygen', '-e', '-f', f'{user_key.path}.pub']).stdout
    (folder / 'authorized_keys').write_bytes(authorized)
    me, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
    (folder / 'passwd').write_text(f'someone:!:{os.geteuid()}:{os.getegid()}::{tree}:/bin/sh\n')
    (folder / 'group').write_text(f'someone:x:{os.getegid()}:\n')
    for name in ('passwd', 'group'):
        (folder / name).chmod(0o600)
    settings = f"""
        ModulePath /usr/lib/proftpd
        LoadModule mod_sftp.c
        ServerType standalone
        ServerName gangway-test
        DefaultAddress 127.0.0.1
        SocketBindTight on
        UseIPv6 off
        UseReverseDNS off
        WtmpLog off
        RootLogin on
        RequireValidShell off
        AuthOrder mod_auth_file.c
        AuthUserFile {folder}/passwd
        AuthGroupFile {folder}/group
        User {me}
        Group {group}
        PidFile {folder}/proftpd.pid
        ScoreboardFile {folder}/scoreboard
        DelayEngine off
        MaxInstances 500
        AllowOverwrite on
        AllowStoreRestart on
        {f"DefaultRoot {tree}" if IS_ROOT else ""}
        SFTPEngine on
        SFTPLog {folder}/sftp.log
        SFTPHostKey {pem}
        SFTPAuthMethods publickey
        SFTPAuthorizedUserKeys file:{folder}/authorized_keys
    """
    process, port = _start(folder / 'proftpd.conf', settings)
    return RealServer(port=port, username='someone', folder=Path(tree), root='/' if IS_ROOT else str(tree),
                      host_key=host_key, key=user_key, process=process)


def _start(config, settings):
    for _ in range(10):
        port = free_port()
        config.write_text('\n'.join(line.strip() for line in settings.splitlines()) + f'\nPort {port}\n')
        process = Child([_BINARY, '-n', '-c', config])
        try:
            process.wait_line(lambda line: 'STARTUP' in line, 15, '"STARTUP"')
            until(lambda: listens(port), 10, 'proftpd to listen')   # it says STARTUP a little before
            return process, port
        except ChildFailed:
            process.stop()
            if not any('in use' in line for line in process.lines):
                raise
    raise AssertionError('no port for proftpd')
