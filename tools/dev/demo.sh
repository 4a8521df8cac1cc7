#!/usr/bin/env bash
# An OpenSSH server for one key and one folder, the gateway, and calls to paste. All of it goes with Ctrl-C.
set -euo pipefail
source tools/dev/common.sh

demo=$(mktemp -d "${TMPDIR:-/tmp}/gangway-demo.XXXX")
sshd='' gateway=''

# shellcheck disable=SC2317  # called by the trap
clean_up() {
    trap '' INT TERM HUP
    [ -z "$gateway" ] || { kill "$gateway" && wait "$gateway"; } 2>/dev/null || true
    [ -z "$sshd" ] || { kill "$sshd" && wait "$sshd"; } 2>/dev/null || true
    rm -rf "$demo"
    say "both servers have stopped, and $demo is gone"
}
trap clean_up EXIT
trap 'exit 0' INT TERM HUP

# Waits until FILE says TEXT; fails as soon as process PID is gone.
await_line() {  # FILE TEXT PID
    for ((tries = 0; tries < 200; tries++)); do
        grep -qs "$2" "$1" && return
        kill -0 "$3" 2>/dev/null || return 1
        sleep 0.05
    done
    return 1
}

make_files() {
    mkdir -p "$demo/files/outgoing/invoices" "$demo/files/incoming"
    cd "$demo/files"
    printf 'order,customer,amount\n4711,"Müller & Söhne",1290.00\n4712,Acme Corp.,89.90\n' >outgoing/orders-2026-01-15.csv
    printf '<invoice number="INV-10023"><total currency="EUR">1290.00</total></invoice>\n' >outgoing/invoices/INV-10023.xml
    head -c 65536 /dev/urandom >'outgoing/Price list Müller & Söhne.pdf'
    printf 'Put your files into incoming/. Ours are in outgoing/.\n' >README.txt
    touch -d 2026-01-15T12:00:00Z README.txt outgoing/* outgoing/invoices/*
    cd - >/dev/null
}

# sshd for the account that runs this, with keys of its own; sets $sshd and $port.
start_sshd() {
    ssh-keygen -q -t ed25519 -N '' -C demo -f "$demo/host_key"
    ssh-keygen -q -t ed25519 -N '' -C demo -f "$demo/client_key"
    cp "$demo/client_key.pub" "$demo/authorized_keys"
    local pam=no
    if [ "$(id -u)" = 0 ]; then
        # As root, sshd wants this folder; and without PAM it refuses an account whose password is locked.
        mkdir -p /run/sshd
        pam=yes
    fi
    cat >"$demo/sshd_config" <<CONFIG
ListenAddress 127.0.0.1
HostKey $demo/host_key
PidFile none
AuthorizedKeysFile $demo/authorized_keys
AuthenticationMethods publickey
StrictModes no
UsePAM $pam
AllowUsers $(id -un)
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp -d $demo/files
ForceCommand internal-sftp -d $demo/files
DisableForwarding yes
CONFIG
    for ((tries = 0; tries < 20; tries++)); do
        port=$((RANDOM % 20000 + 10240))
        /usr/sbin/sshd -D -e -f "$demo/sshd_config" -p $port 2>"$demo/sshd.log" &
        sshd=$!
        await_line "$demo/sshd.log" "listening on 127.0.0.1 port $port" $sshd && return
        kill $sshd 2>/dev/null && wait $sshd
        sshd=''
    done
    cat "$demo/sshd.log" >&2
    fail "the SSH server did not start"
}

# The gateway on port 8080, or on another one where that is taken; sets $gateway and $url.
start_gateway() {
    local address
    for address in 127.0.0.1:8080 127.0.0.1:0; do
        build/release/gangway serve --listen $address --data-dir "$demo/gateway" --log-format json 2>"$demo/gateway.log" &
        gateway=$!
        if await_line "$demo/gateway.log" '"event":"listening"' $gateway; then
            url=http://127.0.0.1:$(sed -n 's/.*"event":"listening".*"port":\([0-9]*\).*/\1/p' "$demo/gateway.log")
            return
        fi
        wait $gateway || true
        gateway=''
    done
    cat "$demo/gateway.log" >&2
    fail "the gateway did not start"
}

# A request body in $demo/NAME.json: where to, as whom, and FIELDS.
body() {  # NAME [FIELDS]
    local key
    key=$(<"$demo/client_key")
    printf '{"host":"127.0.0.1","port":%s,"username":"%s","privateKey":"%s\\n"%s}\n' \
        "$port" "$(id -un)" "${key//$'\n'/\\n}" "${2:+,$2}" >"$demo/$1.json"
}

make_files
start_sshd
start_gateway
body list '"path":"outgoing"'
body download '"path":"outgoing/orders-2026-01-15.csv"'
body upload '"path":"incoming/confirmation-4711.txt","content":"Order 4711 confirmed.\n","encoding":"utf-8"'
body stat '"path":"incoming/confirmation-4711.txt"'

say "the demo runs until Ctrl-C; its files are in $demo"
cat <<TEXT

Ask what the server is, list a folder, get a file, put one, look at it:

  curl '$url/api/sftp/connect?host=127.0.0.1&port=$port'
  curl --json @$demo/list.json $url/api/sftp/list
  curl --json @$demo/download.json $url/api/sftp/download
  curl --json @$demo/upload.json $url/api/sftp/upload
  curl --json @$demo/stat.json $url/api/sftp/stat

Or set the server up once, as a managed connection: Gangway makes the key, its public line goes to the server, the first
login pins the host key, and from then on a name is enough:

  export GANGWAY_URL=$url
  alias gangway=$PWD/build/release/gangway
  gangway connections create demo sftp://$(id -un)@127.0.0.1:$port
  gangway keys create demo --restrict >>$demo/authorized_keys
  gangway connections test demo
  gangway folders create demo orders outgoing --include '*.csv' --at-once --to-folder orders
  gangway folders dry-run demo/orders
  gangway folders run demo/orders --wait
  ls -l $demo/gateway/pulled/orders

What such a body looks like:     cat $demo/list.json
What the server received:        ls -l $demo/files/incoming
What the gateway logs:           tail -f $demo/gateway.log
The same without the gateway:    build/release/gangway ls -i $demo/client_key --known-hosts $demo/known_hosts --accept-new sftp://$(id -un)@127.0.0.1:$port$demo/files/outgoing

TEXT
wait -n "$sshd" "$gateway" || true
fail "one of the two servers ended by itself; the end of its log:
$(tail -n 5 "$demo/sshd.log" "$demo/gateway.log")"
