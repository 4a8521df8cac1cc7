#!/bin/bash
# Runs gangway_ssh_check against an sshd of its own on loopback: every algorithm with 64 MiB, then the fast ciphers with
# 1 GiB. Usage: sshd_check.sh PATH/TO/gangway_ssh_check
set -euo pipefail

check=$1
folder=$(mktemp -d -p /dev/shm)
server=
trap 'if [[ -n $server ]]; then kill "$server"; fi; rm -rf "$folder"' EXIT

for type in ed25519 ecdsa rsa; do ssh-keygen -q -t $type -N '' -f "$folder/host_$type"; done
ssh-keygen -q -t ecdsa -b 384 -N '' -f "$folder/host_p384"
ssh-keygen -q -t ecdsa -b 521 -N '' -f "$folder/host_p521"
ssh-keygen -q -t ed25519 -N '' -f "$folder/user"
ssh-keygen -q -t rsa -N '' -f "$folder/user_rsa"
cat "$folder"/user*.pub >"$folder/authorized"
head -c 64M /dev/urandom >"$folder/small"
truncate -s 1G "$folder/big"

# start HOST_KEY_TYPE [SSHD_OPTION...]
start() {
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    local key=$1; shift
    if [[ $EUID -eq 0 ]]; then mkdir -p /run/sshd; fi
    /usr/sbin/sshd -D -f /dev/null -E "$folder/log" -o ListenAddress=127.0.0.1:"$port" -o HostKey="$folder/host_$key" \
        -o AuthorizedKeysFile="$folder/authorized" -o StrictModes=no -o PidFile=none -o UsePAM=no \
        -o Subsystem="sftp internal-sftp" \
        -o KexAlgorithms=+diffie-hellman-group14-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512 \
        "$@" &
    server=$!
    for _ in $(seq 50); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then return; fi
        sleep 0.1
    done
    return 1
}
stop() { kill "$server"; wait "$server" || true; server=; }
fetch() { "$check" port "$port" user "$(id -un)" path "$folder/$1" size "$2" key "$folder/user" "${@:3}"; }
small() { fetch small 67108864 "$@"; }

start ed25519
for kex in curve25519-sha256 curve25519-sha256@libssh.org ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521 \
    diffie-hellman-group-exchange-sha256 diffie-hellman-group14-sha256 diffie-hellman-group16-sha512 \
    diffie-hellman-group18-sha512; do
    small kex $kex rekey 16777216
done
for cipher in aes128-gcm@openssh.com aes256-gcm@openssh.com chacha20-poly1305@openssh.com; do small cipher $cipher; done
for cipher in aes128-ctr aes192-ctr aes256-ctr; do
    for mac in hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com hmac-sha2-256 hmac-sha2-512; do
        small cipher $cipher mac $mac rekey 16777216
    done
done
small key "$folder/user_rsa"
for cipher in aes128-gcm@openssh.com chacha20-poly1305@openssh.com aes128-ctr; do
    fetch big 1073741824 cipher $cipher
done
fetch big 1073741824 window 16777216
stop
for type in rsa ecdsa p384 p521; do
    start $type
    small
    if [[ $type == rsa ]]; then small hostkey rsa-sha2-256; fi
    stop
done
start ed25519 -o RekeyLimit=1M
small
stop
