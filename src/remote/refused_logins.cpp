#include "refused_logins.hpp"

#include <gangway/base/byte_writer.hpp>
#include <gangway/crypto/digest.hpp>
#include <gangway/remote/errors.hpp>

#include <algorithm>

namespace gangway::remote {
namespace {

/// Room for every field, so that the buffer with the secrets does not move and leave a copy behind.
std::size_t size_of(const model::endpoint& server, const model::credentials& who) {
    std::size_t size = server.text().size() + who.username.size() + 64;
    if (who.key) size += who.key->text.view().size() + who.key->passphrase.view().size();
    if (who.password) size += who.password->view().size();
    for (const auto& each : who.signers)
        size += each->public_blob().size() + 4;
    return size;
}

}  // namespace

refused_logins::refused_logins(const base::clock& clock) : clock_(clock), digest_key_(crypto::random_bytes(32)) {
}

std::string refused_logins::key_of(const model::endpoint& server, const model::credentials& who) const {
    std::string fields;
    fields.reserve(size_of(server, who));
    base::byte_writer out{fields};
    out.string(server.text());
    out.string(who.username);
    out.string(who.key ? who.key->text.view() : std::string_view{});
    out.string(who.key ? who.key->passphrase.view() : std::string_view{});
    out.string(who.password ? who.password->view() : std::string_view{});
    out.u8(who.agent ? 1 : 0);
    for (const auto& each : who.signers)
        out.string(each->public_blob());
    auto key = crypto::hmac_sha256(digest_key_, fields);
    base::wipe(fields);
    return key;
}

std::optional<std::chrono::seconds> refused_logins::blocked_for(const std::string& key) {
    const std::scoped_lock lock{mutex_};
    const auto found = records_.find(key);
    if (found == records_.end() || found->second.count < tolerated) return std::nullopt;
    const auto left = found->second.last + remembered - clock_.steady();
    if (left > left.zero()) return std::chrono::ceil<std::chrono::seconds>(left);
    records_.erase(found);
    return std::nullopt;
}

void refused_logins::refused(const std::string& key) {
    const std::scoped_lock lock{mutex_};
    if (records_.size() >= most_entries && !records_.contains(key)) make_room();
    auto& record = records_[key];
    ++record.count;
    record.last = clock_.steady();
}

void refused_logins::accepted(const std::string& key) {
    const std::scoped_lock lock{mutex_};
    records_.erase(key);
}

void refused_logins::make_room() {
    const auto expired = clock_.steady() - remembered;
    std::erase_if(records_, [expired](const auto& entry) { return entry.second.last <= expired; });
    if (records_.size() < most_entries) return;
    records_.erase(std::ranges::min_element(records_, {}, [](const auto& entry) { return entry.second.last; }));
}

base::error refused_twice(const model::endpoint& server, std::chrono::seconds wait) {
    const auto seconds = std::to_string(wait.count());
    return base::error{errc::too_many_refusals, base::phase::auth,
                       server.text() +
                           " refused this login twice; so that the account is not locked it is not tried "
                           "again for " +
                           seconds + " s. Change the credential, or wait."}
        .with("retryAfter", seconds);
}

}  // namespace gangway::remote
