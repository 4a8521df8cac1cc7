#include "managed_host_keys.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/store/audit.hpp>

#include <utility>

namespace gangway::remote {
namespace {

constexpr std::string_view actor = "gateway";

/// Both are plain ASCII: the type is one that the key exchange knows.
std::string shown_key(const std::string& fingerprint, const std::string& type) {
    return R"({"fingerprint":")" + fingerprint + R"(","keyType":")" + type + R"("})";
}

base::error not_stored(const base::error& why, std::string_view consequence) {
    return {net::errc::host_key_store_failed, base::phase::hostkey, why.message + ". " + std::string{consequence}};
}

/// For a key that is pinned already, perhaps as an expected one whose type nobody knew.
class pinned_ticket final : public net::host_key_ticket {
  public:
    pinned_ticket(store::async_database& database, store::host_key_pin pinned, std::string type)
        : database_(database), pinned_(std::move(pinned)), type_(std::move(type)) {}

    net::async_result<void> confirm() override {
        if (!pinned_.key_type.empty()) co_return base::result<void>{};
        const auto noted = co_await database_.write([this](store::transaction& tx) {
            store::host_keys::confirm(tx, pinned_.connection_id, pinned_.fingerprint, type_);
        });
        if (!noted) co_return std::unexpected(not_stored(noted.error(), "The login is given up"));
        co_return base::result<void>{};
    }

  private:
    store::async_database& database_;
    store::host_key_pin pinned_;
    std::string type_;
};

/// For a first contact: holds the turn until the login succeeded, or did not.
class first_ticket final : public net::host_key_ticket {
  public:
    first_ticket(store::async_database& database, net::first_contact_gate::turn turn, store::host_key_pin pin,
                 model::endpoint server)
        : database_(database), turn_(std::move(turn)), pin_(std::move(pin)), server_(std::move(server)) {}

    net::async_result<void> confirm() override {
        const auto stands = co_await database_.write([this](store::transaction& tx) {
            const bool first = store::host_keys::pin(tx, pin_);
            if (first)
                store::audit::append(tx, actor, "host_key.pin", pin_.connection_id,
                                     shown_key(pin_.fingerprint, pin_.key_type));
            return store::host_keys::find(tx, pin_.connection_id);
        });
        turn_.reset();
        if (!stands) co_return std::unexpected(not_stored(stands.error(), "The login is given up"));
        if (!*stands)
            co_return base::fail(net::errc::host_key_store_failed, base::phase::hostkey,
                                 "the connection was deleted meanwhile");
        if ((*stands)->fingerprint == pin_.fingerprint) co_return base::result<void>{};
        auto lost = pin_mismatch(server_, **stands, pin_.fingerprint);
        lost.message = "another login met " + server_.text() +
                       " with another host key at the same time, and pinned that one; this login is given up";
        co_return std::unexpected(std::move(lost));
    }

  private:
    store::async_database& database_;
    std::optional<net::first_contact_gate::turn> turn_;
    store::host_key_pin pin_;
    model::endpoint server_;
};

base::error unconfirmed(const model::endpoint& server, const std::string& shown) {
    return base::error{net::errc::host_key_unknown, base::phase::hostkey,
                       "the host key of " + server.text() + " is not confirmed yet: it presented " + shown +
                           ". A password goes only to a server that is known, so nothing was sent. Compare the "
                           "fingerprint with what the server's operator says, then lock it for this connection"}
        .with("presentedFingerprint", shown);
}

}  // namespace

base::error pin_mismatch(const model::endpoint& server, const store::host_key_pin& pinned,
                         const std::string& presented) {
    return base::error{net::errc::host_key_mismatch, base::phase::hostkey,
                       "the host key of " + server.text() + " is " + base::escape(presented) + ", and " +
                           base::escape(pinned.fingerprint) +
                           " is pinned: no credential was sent. The connection is in quarantine until somebody "
                           "compares the new fingerprint with what the server's operator says, and locks it"}
        .with("expectedFingerprint", pinned.fingerprint)
        .with("presentedFingerprint", presented);
}

managed_host_keys::managed_host_keys(store::async_database& database, net::first_contact_gate& gate,
                                     std::string connection_id, store::authentication how,
                                     std::optional<store::host_key_pin> pinned, quarantine_listener told)
    : database_(database),
      gate_(gate),
      id_(std::move(connection_id)),
      how_(how),
      pinned_(std::move(pinned)),
      told_(std::move(told)) {
}

std::vector<std::string> managed_host_keys::known_types(const model::endpoint&) {
    if (!pinned_ || pinned_->key_type.empty()) return {};
    return {pinned_->key_type};
}

net::async_result<std::unique_ptr<net::host_key_ticket>> managed_host_keys::compare(store::host_key_pin pinned,
                                                                                    model::endpoint server,
                                                                                    net::host_key presented) {
    const auto shown = presented.fingerprint().text();
    if (shown == pinned.fingerprint) co_return std::make_unique<pinned_ticket>(database_, pinned, presented.type);
    auto mismatch = pin_mismatch(server, pinned, shown);
    const auto noted =
        co_await database_.write([this, &shown, &presented, &reason = mismatch.message](store::transaction& tx) {
            // Nothing if this key was locked meanwhile.
            if (!store::host_keys::quarantine(tx, id_, shown, presented.type)) return;
            if (!store::connections::set_health(tx, id_, store::health::host_key_mismatch, reason)) return;
            store::audit::append(tx, actor, "host_key.quarantine", id_, shown_key(shown, presented.type));
            if (told_) told_(tx, id_);
        });
    if (!noted) mismatch.message += ". It could not be noted: " + noted.error().message;
    co_return std::unexpected(std::move(mismatch));
}

net::async_result<std::unique_ptr<net::host_key_ticket>> managed_host_keys::check(model::endpoint server,
                                                                                  net::host_key presented) {
    if (pinned_) co_return co_await compare(*pinned_, std::move(server), std::move(presented));
    const auto shown = presented.fingerprint().text();
    if (how_ == store::authentication::password) co_return std::unexpected(unconfirmed(server, shown));

    auto turn = co_await gate_.enter(id_);
    // Whoever had the turn before may have pinned a key. What is written here proves that a pin can be.
    const auto found = co_await database_.write([this, &shown, &presented](store::transaction& tx) {
        auto pinned = store::host_keys::find(tx, id_);
        if (!pinned) store::audit::append(tx, actor, "host_key.first_contact", id_, shown_key(shown, presented.type));
        return pinned;
    });
    if (!found) co_return std::unexpected(not_stored(found.error(), "No credential was sent"));
    if (*found) co_return co_await compare(**found, std::move(server), std::move(presented));
    co_return std::make_unique<first_ticket>(database_, std::move(turn),
                                             store::host_key_pin{.connection_id = id_,
                                                                 .fingerprint = shown,
                                                                 .key_type = presented.type,
                                                                 .how = store::pinned_how::first_success},
                                             std::move(server));
}

}  // namespace gangway::remote
