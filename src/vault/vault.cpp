#include "sealed_box.hpp"

#include <gangway/base/base64.hpp>
#include <gangway/base/byte_writer.hpp>
#include <gangway/crypto/aead.hpp>
#include <gangway/crypto/generate_key.hpp>
#include <gangway/crypto/public_key.hpp>
#include <gangway/crypto/sign.hpp>
#include <gangway/vault/errors.hpp>
#include <gangway/vault/vault.hpp>

#include <utility>

namespace gangway::vault {
namespace {

/// What a secret's own encryption is bound to.
std::string binding_of(std::string_view what, const secret_place& where) {
    std::string fields;
    base::byte_writer out(fields);
    out.string(what);
    out.string(where.owner_kind);
    out.string(where.owner_id);
    out.string(where.purpose);
    return fields;
}

std::string content_binding(const secret_place& where) {
    return binding_of("gangway secret", where);
}

std::string key_binding(const secret_place& where, std::uint32_t version) {
    auto fields = binding_of("gangway data key", where);
    base::byte_writer(fields).u32(version);
    return fields;
}

secret_place place_of(const store::sealed_secret& row) {
    return {.owner_kind = row.owner_kind, .owner_id = row.owner_id, .purpose = row.purpose};
}

store::sealed_secret row_at(const secret_place& where, std::uint32_t version, std::string sealed) {
    return {.owner_kind = std::string(where.owner_kind),
            .owner_id = std::string(where.owner_id),
            .purpose = std::string(where.purpose),
            .key_version = version,
            .sealed = std::move(sealed)};
}

store::sealed_secret seal_with(const keyring& keys, const secret_place& where, std::string_view plain) {
    const auto version = keys.current();
    const auto data_key = crypto::locked_octets::random(crypto::aead_key_size);
    const auto content = crypto::aead_seal(data_key, content_binding(where), plain);
    const auto wrapped = crypto::aead_seal(*keys.find(version), key_binding(where, version), data_key.view());
    return row_at(where, version, sealed_box{version, wrapped, content}.encode());
}

std::unexpected<base::error> does_not_open() {
    return refuse(errc::bad_secret,
                  "a stored secret does not open: it is damaged, or was moved or changed by someone "
                  "other than Gangway; replace it, or restore the database");
}

/// A row whose form is right, with its data key.
struct unwrapped {
    sealed_box box;  ///< views into the row
    crypto::locked_octets data_key;
};

base::result<unwrapped> unwrap(const keyring& keys, const store::sealed_secret& row) {
    const auto box = sealed_box::decode(row.sealed);
    if (!box || box->key_version != row.key_version) return does_not_open();
    const auto* const master = keys.find(box->key_version);
    if (master == nullptr)
        return refuse(errc::master_key_missing, "version " + std::to_string(box->key_version) +
                                                    " of the master key is not in the master key file; put it back, or "
                                                    "restart after a rotation by another process");
    auto data_key = crypto::aead_open(*master, key_binding(place_of(row), box->key_version), box->wrapped_key);
    if (!data_key) return does_not_open();
    return unwrapped{*box, std::move(*data_key)};
}

base::result<crypto::locked_octets> open_with(const keyring& keys, const store::sealed_secret& row) {
    const auto found = unwrap(keys, row);
    if (!found) return std::unexpected(found.error());
    auto plain = crypto::aead_open(found->data_key, content_binding(place_of(row)), found->box.content);
    if (!plain) return does_not_open();
    return std::move(*plain);
}

constexpr secret_place check_place{.owner_kind = "master_key", .owner_id = "", .purpose = "check"};
constexpr std::string_view check_text = "gangway";

/// The wire encoding in a line for authorized_keys.
std::string blob_of(std::string_view line) {
    const auto start = line.find(' ') + 1;
    return base::from_base64(line.substr(start, line.find(' ', start) - start)).value_or(std::string());
}

class sealed_signer final : public model::signer {
  public:
    sealed_signer(std::shared_ptr<const keyring> keys, const store::connection_key& key, store::sealed_secret sealed)
        : keys_(std::move(keys)), sealed_(std::move(sealed)), id_(key.id), public_blob_(blob_of(key.public_line)) {}

    const std::string& id() const noexcept override { return id_; }
    const std::string& public_blob() const noexcept override { return public_blob_; }
    base::result<std::string> sign(std::string_view algorithm, std::string_view octets) const override {
        const auto file = open_with(*keys_, sealed_);
        if (!file) return std::unexpected(file.error());
        const auto key = crypto::decode_private_key(base::secret(file->view()), {});
        if (!key || key->public_blob() != public_blob_) return does_not_open();
        return crypto::sign(*key, algorithm, octets);
    }

  private:
    std::shared_ptr<const keyring> keys_;
    store::sealed_secret sealed_;
    std::string id_, public_blob_;
};

}  // namespace

vault::vault(keyring keys) : keys_(std::make_shared<keyring>(std::move(keys))) {
}

std::shared_ptr<const keyring> vault::shared_keys() const {
    const std::scoped_lock lock{mutex_};
    return keys_;
}

store::sealed_secret vault::seal(const secret_place& where, std::string_view plain) const {
    return seal_with(*shared_keys(), where, plain);
}

base::result<crypto::locked_octets> vault::open(const store::sealed_secret& row) const {
    return open_with(*shared_keys(), row);
}

base::result<store::sealed_secret> vault::reseal(const store::sealed_secret& row) const {
    const auto keys = shared_keys();
    const auto found = unwrap(*keys, row);
    if (!found) return std::unexpected(found.error());
    const auto version = keys->current();
    const auto wrapped =
        crypto::aead_seal(*keys->find(version), key_binding(place_of(row), version), found->data_key.view());
    return row_at(place_of(row), version, sealed_box{version, wrapped, found->box.content}.encode());
}

std::optional<store::master_key> vault::check_value(std::uint32_t version) const {
    const auto keys = shared_keys();
    const auto* const master = keys->find(version);
    if (master == nullptr) return std::nullopt;
    return store::master_key{.version = version,
                             .check_value = crypto::aead_seal(*master, key_binding(check_place, version), check_text)};
}

base::result<void> vault::check(const store::master_key& row) const {
    const auto keys = shared_keys();
    const auto* const master = keys->find(row.version);
    if (master == nullptr)
        return refuse(errc::master_key_missing, "the database's secrets are sealed with version " +
                                                    std::to_string(row.version) +
                                                    " of the master key, which is not in the master key file: put the "
                                                    "file back that belongs to this database");
    const auto opened = crypto::aead_open(*master, key_binding(check_place, row.version), row.check_value);
    if (!opened || opened->view() != check_text)
        return refuse(errc::wrong_master_key,
                      "the master key is not the one that this database's secrets are sealed with: put the file back "
                      "that belongs to it (of another node, or from the backup); nothing was changed");
    return {};
}

keyring vault::keys() const {
    return shared_keys()->clone();
}

std::uint32_t vault::current() const {
    return shared_keys()->current();
}

void vault::replace(keyring keys) {
    auto next = std::make_shared<const keyring>(std::move(keys));
    const std::scoped_lock lock{mutex_};
    keys_ = std::move(next);
}

std::shared_ptr<const model::signer> vault::signer(const store::connection_key& key,
                                                   store::sealed_secret sealed) const {
    return std::make_shared<sealed_signer>(shared_keys(), key, std::move(sealed));
}

base::result<base::secret> vault::text(const store::sealed_secret& row) const {
    const auto opened = open(row);
    if (!opened) return std::unexpected(opened.error());
    return base::secret(opened->view());
}

base::result<new_key> generate_key(const vault& with, crypto::key_type type, std::string id, std::string connection,
                                   std::string_view comment) {
    const auto key = crypto::generate_key(type);
    if (!key) return std::unexpected(key.error());
    const auto file = key->to_openssh();
    if (!file) return std::unexpected(file.error());
    auto secret =
        with.seal({.owner_kind = store::secrets::of_key, .owner_id = id, .purpose = private_key_purpose}, file->view());
    return new_key{.row = {.id = std::move(id),
                           .connection_id = std::move(connection),
                           .algorithm = key->algorithm(),
                           .public_line = crypto::authorized_key(key->public_blob(), comment),
                           .fingerprint = crypto::fingerprint_sha256(key->public_blob())},
                   .secret = std::move(secret)};
}

}  // namespace gangway::vault
