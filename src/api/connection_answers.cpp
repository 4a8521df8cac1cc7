#include "connection_answers.hpp"

#include "managed_call.hpp"

#include <gangway/base/utf8.hpp>

namespace gangway::api {
namespace {

/// What stops a connection now, first what people did themselves.
std::string_view state_of(const shown_connection& shown) {
    if (shown.row.paused) return "paused";
    if (shown.pinned && shown.pinned->presented_fingerprint) return "host_key_mismatch";
    if (shown.row.health == store::health::auth_failed) return "authentication_failed";
    return to_string(shown.row.health);
}

}  // namespace

std::optional<shown_connection> shown_connection::find(store::transaction& tx, std::string_view id) {
    auto row = store::connections::find(tx, id);
    if (!row) return std::nullopt;
    return shown_connection{std::move(*row), store::host_keys::find(tx, id), store::keys::list(tx, id)};
}

void write_key(json_writer& json, const store::connection_key& row) {
    json.text("id", row.id);
    json.text("algorithm", row.algorithm);
    json.text("publicKey", row.public_line);
    // No terminal, no forwarding: a key for files needs nothing else (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
    json.text("restrictedPublicKey", "restrict " + row.public_line);
    json.text("fingerprint", row.fingerprint);
    write_date(json, "createdAt", row.created_at);
    write_date(json, "lastAcceptedAt", row.last_accepted_at);
    write_date(json, "revokedAt", row.revoked_at);
}

void write_host_key(json_writer& json, const std::optional<store::host_key_pin>& pinned) {
    if (!pinned) return;
    json.begin_object("hostKey");
    json.text("fingerprint", pinned->fingerprint);
    if (!pinned->key_type.empty()) json.text("keyType", pinned->key_type);
    json.text("how", to_string(pinned->how));
    write_date(json, "pinnedAt", pinned->pinned_at);
    if (pinned->presented_fingerprint) {
        json.text("presentedFingerprint", *pinned->presented_fingerprint);
        if (pinned->presented_key_type) json.text("presentedKeyType", *pinned->presented_key_type);
        write_date(json, "presentedAt", pinned->presented_at);
    }
    json.end_object();
}

void write_connection(json_writer& json, const shown_connection& shown) {
    const auto& row = shown.row;
    json.text("id", row.id);
    json.text("name", row.name);
    json.text("description", row.description);
    json.text("host", row.host);
    json.number("port", row.port);
    json.text("username", row.username);
    json.text("authentication", to_string(row.authentication));
    json.octets("pathRoot", row.path_root);
    if (!base::is_utf8(row.path_root)) json.base64("pathRootBase64", row.path_root);
    json.flag("paused", row.paused);
    write_host_key(json, shown.pinned);
    json.begin_object("health");
    json.text("state", state_of(shown));
    json.octets("reason", row.health_reason);
    write_date(json, "since", row.health_since);
    json.end_object();
    json.begin_array("keys");
    for (const auto& key : shown.keys) {
        json.begin_object();
        write_key(json, key);
        json.end_object();
    }
    json.end_array();
    write_date(json, "createdAt", row.created_at);
    write_date(json, "updatedAt", row.updated_at);
    json.number("revision", static_cast<std::uint64_t>(row.revision));
}

}  // namespace gangway::api
