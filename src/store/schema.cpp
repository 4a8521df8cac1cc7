#include "schema.hpp"

namespace gangway::store {

namespace {

migration first() {
    return {
        1,
        "connections, the ledger, audit",
        {
            R"(CREATE TABLE connections (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT NOT NULL,
                host TEXT NOT NULL, port BIGINT NOT NULL, username TEXT NOT NULL, authentication TEXT NOT NULL,
                path_root TEXT NOT NULL, paused BIGINT NOT NULL, health TEXT NOT NULL, health_reason TEXT NOT NULL,
                health_since BIGINT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, revision BIGINT
                NOT NULL))",
            R"(CREATE TABLE host_key_pins (connection_id TEXT PRIMARY KEY REFERENCES connections (id) ON DELETE
                CASCADE, fingerprint TEXT NOT NULL, key_type TEXT NOT NULL, how TEXT NOT NULL, pinned_at BIGINT NOT
                NULL, presented_fingerprint TEXT, presented_key_type TEXT, presented_at BIGINT))",
            R"(CREATE TABLE connection_keys (id TEXT PRIMARY KEY, connection_id TEXT NOT NULL REFERENCES connections
                (id) ON DELETE CASCADE, algorithm TEXT NOT NULL, public_line TEXT NOT NULL, fingerprint TEXT NOT NULL,
                created_at BIGINT NOT NULL, last_accepted_at BIGINT, revoked_at BIGINT))",
            R"(CREATE INDEX connection_keys_by_connection ON connection_keys (connection_id))",
            // A secret cannot be sealed with a master key that was retired: the key's file may not have it any more.
            R"(CREATE TABLE master_keys (version BIGINT PRIMARY KEY, check_value TEXT NOT NULL, created_at BIGINT NOT
                NULL))",
            R"(CREATE TABLE secrets (owner_kind TEXT NOT NULL, owner_id TEXT NOT NULL, purpose TEXT NOT NULL,
                key_version BIGINT NOT NULL REFERENCES master_keys (version), sealed TEXT NOT NULL, updated_at BIGINT
                NOT NULL, PRIMARY KEY (owner_kind, owner_id, purpose)))",
            R"(CREATE INDEX secrets_by_key_version ON secrets (key_version))",
            R"(CREATE TABLE folders (id TEXT PRIMARY KEY, connection_id TEXT NOT NULL REFERENCES connections (id) ON
                DELETE CASCADE, name TEXT NOT NULL, remote_folder TEXT NOT NULL, rules TEXT NOT NULL, destination TEXT
                NOT NULL, schedule TEXT NOT NULL, expected_by TEXT NOT NULL, enabled BIGINT NOT NULL, created_at BIGINT
                NOT NULL, updated_at BIGINT NOT NULL, revision BIGINT NOT NULL))",
            R"(CREATE INDEX folders_by_connection ON folders (connection_id))",
            R"(CREATE TABLE schedules (folder_id TEXT PRIMARY KEY REFERENCES folders (id) ON DELETE CASCADE, next_due
                BIGINT NOT NULL, failures BIGINT NOT NULL))",
            R"(CREATE INDEX schedules_by_next_due ON schedules (next_due))",
            R"(CREATE TABLE leases (connection_id TEXT PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE, owner
                TEXT NOT NULL, fence BIGINT NOT NULL, expires_at BIGINT NOT NULL))",
            R"(CREATE TABLE looks (folder_id TEXT NOT NULL REFERENCES folders (id) ON DELETE CASCADE, path_key TEXT NOT
                NULL, path TEXT NOT NULL, size BIGINT NOT NULL, mtime BIGINT NOT NULL, since BIGINT NOT NULL, first
                BIGINT NOT NULL, PRIMARY KEY (folder_id, path_key)))",
            // History outlives connections and folders: no references.
            R"(CREATE TABLE runs (id TEXT PRIMARY KEY, connection_id TEXT NOT NULL, folder_id TEXT NOT NULL, cause TEXT
                NOT NULL, started_at BIGINT NOT NULL, ended_at BIGINT, outcome TEXT NOT NULL, listed BIGINT NOT NULL,
                pulled BIGINT NOT NULL, failed BIGINT NOT NULL, octets BIGINT NOT NULL, error TEXT NOT NULL, key_id
                TEXT, host_key TEXT, node TEXT NOT NULL, fence BIGINT NOT NULL))",
            R"(CREATE INDEX runs_by_folder ON runs (folder_id, started_at))",
            R"(CREATE INDEX runs_by_outcome ON runs (outcome, started_at))",
            R"(CREATE TABLE files (id TEXT PRIMARY KEY, connection_id TEXT NOT NULL, folder_id TEXT NOT NULL, path TEXT
                NOT NULL, path_key TEXT NOT NULL, size BIGINT NOT NULL, mtime BIGINT NOT NULL, repull BIGINT NOT NULL,
                state TEXT NOT NULL, fence BIGINT NOT NULL, run_id TEXT, sha256 TEXT, destination_key TEXT, evidence
                TEXT, version BIGINT, attempts BIGINT NOT NULL, next_try BIGINT, error TEXT NOT NULL, post_action TEXT
                NOT NULL, post_attempts BIGINT NOT NULL, discovered_at BIGINT NOT NULL, stable_at BIGINT, claimed_at
                BIGINT, fetched_at BIGINT, published_at BIGINT, recorded_at BIGINT, finalised_at BIGINT))",
            R"(CREATE UNIQUE INDEX files_by_path ON files (folder_id, path_key, version))",
            R"(CREATE INDEX files_by_state ON files (connection_id, state))",
            R"(CREATE INDEX files_by_run ON files (run_id) WHERE run_id IS NOT NULL)",
            R"(CREATE INDEX files_by_discovery ON files (folder_id, discovered_at))",
            R"(CREATE TABLE audit (seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, action TEXT NOT
                NULL, subject TEXT NOT NULL, details TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL))",
            R"(CREATE INDEX audit_by_subject ON audit (subject))",
            // The end of the chain, and where it begins since older entries were removed.
            R"(CREATE TABLE audit_ends (which TEXT PRIMARY KEY, seq BIGINT NOT NULL, hash TEXT NOT NULL))",
            R"(INSERT INTO audit_ends (which, seq, hash) VALUES ('first', 0, ''), ('last', 0, ''))",
            R"(CREATE TABLE tokens (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, hash TEXT NOT
                NULL UNIQUE, created_at BIGINT NOT NULL, last_used_at BIGINT, revoked_at BIGINT))",
            R"(CREATE TABLE webhooks (id TEXT PRIMARY KEY, url TEXT NOT NULL, events TEXT NOT NULL, enabled BIGINT NOT
                NULL, created_at BIGINT NOT NULL))",
            R"(CREATE TABLE deliveries (id TEXT PRIMARY KEY, webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON
                DELETE CASCADE, event TEXT NOT NULL, payload TEXT NOT NULL, created_at BIGINT NOT NULL, attempts BIGINT
                NOT NULL, next_try BIGINT, delivered_at BIGINT, error TEXT NOT NULL))",
            R"(CREATE INDEX deliveries_by_next_try ON deliveries (next_try))",
            R"(CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id))",
            R"(CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL, updated_at BIGINT NOT NULL))",
        }};
}

migration second() {
    return {2,
            "searches in the history",
            {
                R"(CREATE INDEX runs_by_connection ON runs (connection_id, started_at))",
                R"(CREATE INDEX runs_by_start ON runs (started_at))",
                R"(CREATE INDEX files_by_connection ON files (connection_id, discovered_at))",
                R"(CREATE INDEX files_by_time ON files (discovered_at))",
                R"(DROP INDEX files_by_run)",
                R"(CREATE INDEX files_by_run ON files (run_id, id) WHERE run_id IS NOT NULL)",
            }};
}

migration third() {
    return {3,
            "why a run failed, for programs",
            {
                R"(ALTER TABLE runs ADD COLUMN code TEXT NOT NULL DEFAULT '')",
                R"(ALTER TABLE runs ADD COLUMN phase TEXT NOT NULL DEFAULT '')",
            }};
}

migration fourth() {
    return {4,
            "what was unpacked",
            {
                R"(ALTER TABLE files ADD COLUMN unpacked TEXT)",
                R"(ALTER TABLE files ADD COLUMN unpacked_size BIGINT)",
                R"(ALTER TABLE files ADD COLUMN unpacked_sha256 TEXT)",
            }};
}

migration fifth() {
    return {5,
            "the files of archives",
            {
                R"(CREATE TABLE file_entries (file_id TEXT NOT NULL REFERENCES files (id) ON DELETE CASCADE, position
                BIGINT NOT NULL, name TEXT NOT NULL, size BIGINT NOT NULL, sha256 TEXT NOT NULL, destination_key TEXT
                NOT NULL, evidence TEXT NOT NULL, published_at BIGINT, PRIMARY KEY (file_id, position)))",
            }};
}

}  // namespace

std::span<const migration> migrations() {
    static const std::vector<migration> steps{first(), second(), third(), fourth(), fifth()};
    return steps;
}

}  // namespace gangway::store
