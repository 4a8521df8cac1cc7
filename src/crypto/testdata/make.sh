#!/bin/bash
# Makes the keys in this folder anew, with OpenSSH 9.2 and OpenSSL 3.0. See README.md.
set -euo pipefail
cd "$(dirname "$0")"
rm -f ./*.pub ./*.key
phrase='correct horse'
types=(ed25519 p256 p384 p521 rsa)

# save FILE PHRASE ssh-keygen-option...: FILE.key is a copy of $type.key, saved again
save() {
    local file=$1.key new=$2
    shift 2
    cp "$type.key" "$file"
    ssh-keygen -q -p -P '' -N "$new" -f "$file" "$@"
}
pkcs8() {
    local file=$1.key
    shift
    openssl pkcs8 -topk8 -in "$type.pkcs8.key" -passout "pass:$phrase" -out "$file" "$@"
}

for type in "${types[@]}"; do
    case $type in
        p*) kind=(-t ecdsa -b "${type#p}") ;;
        rsa) kind=(-t rsa -b 2048) ;;
        *) kind=(-t "$type") ;;
    esac
    ssh-keygen -q -N '' -C "gangway test key $type" -f "$type.key" "${kind[@]}"
    mv "$type.key.pub" "$type.pub"
    for cipher in 3des-cbc aes{128,192,256}-{cbc,ctr} aes{128,256}-gcm@openssh.com chacha20-poly1305@openssh.com; do
        save "$type.${cipher%@*}" "$phrase" -a 1 -Z "$cipher"
    done
    save "$type.rfc4716" "$phrase" -a 1 -m RFC4716
    if [[ $type == ed25519 ]]; then
        save "$type.rounds16" "$phrase"
        openssl pkcs8 -topk8 -nocrypt -out "$type.pkcs8.key" -inform DER -in <(
            printf '\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20'
            sed '1d;$d' "$type.key" | base64 -d | tail -c +162 | head -c 32)
    else
        save "$type.pem" '' -m PEM
        save "$type.pem.aes128" "$phrase" -m PEM
        for cipher in aes192 aes256 des3; do
            tool=(ec)
            [[ $type == rsa ]] && tool=(rsa -traditional)
            openssl "${tool[@]}" -in "$type.pem.key" "-$cipher" -passout "pass:$phrase" -out "$type.pem.$cipher.key"
        done
        save "$type.pkcs8" '' -m PKCS8
        save "$type.pkcs8.ssh-keygen" "$phrase" -m PKCS8
    fi
    pkcs8 "$type.pkcs8.pbkdf2"
    pkcs8 "$type.pkcs8.scrypt" -scrypt
done

type=ed25519
for prf in SHA1 SHA224 SHA384 SHA512; do pkcs8 "$type.pkcs8.$prf" -v2 aes256 -v2prf "hmacWith$prf"; done
for cipher in aes128 aes192 des3; do pkcs8 "$type.pkcs8.$cipher" -v2 "$cipher"; done
pkcs8 "$type.pkcs8.pkcs12" -v1 PBE-SHA1-3DES
pkcs8 "$type.pkcs8.refused-des" -v1 PBE-MD5-DES -provider legacy -provider default

openssl ec -in p256.pem.key -conv_form compressed -out p256.pem.compressed.key
openssl ec -in p256.pem.key -no_public -out p256.pem.bare.key
openssl ec -in p256.pem.key -param_enc explicit -out p256.pem.refused-explicit.key
{ openssl ecparam -name prime256v1; cat p256.pem.key; } >p256.pem.parameters.key
openssl rsa -traditional -in rsa.pem.key -des -provider legacy -provider default -passout "pass:$phrase" -out rsa.pem.refused-des.key

# Kinds that are refused
ssh-keygen -q -t dsa -N '' -C 'gangway test key dsa' -f dsa.refused.key && rm dsa.refused.key.pub
cp dsa.refused.key dsa.pem.refused.key && ssh-keygen -q -p -P '' -N '' -m PEM -f dsa.pem.refused.key
cp dsa.refused.key dsa.pkcs8.refused.key && ssh-keygen -q -p -P '' -N '' -m PKCS8 -f dsa.pkcs8.refused.key
openssl genpkey -algorithm ed448 -out ed448.pkcs8.refused.key
openssl genpkey -algorithm rsa-pss -pkeyopt rsa_keygen_bits:1024 -out rsa-pss.pkcs8.refused.key
openssl ecparam -name secp256k1 -genkey -noout -out secp256k1.pem.refused.key
openssl genrsa -traditional -out rsa512.pem.refused.key 512
openssl genrsa -traditional -primes 3 -out rsa-primes.pem.refused.key 2048
openssl genrsa -traditional -out rsa1024.pem.key 1024
ssh-keygen -y -f rsa1024.pem.key >rsa1024.pub
chmod 644 ./*.key
