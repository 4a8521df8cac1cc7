#include "ssh_channel.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/net/errors.hpp>

#include <boost/asio/redirect_error.hpp>

#include <utility>

namespace gangway::net {
namespace {

/// What the server may send ahead: 128 MB/s at a round trip of 250 ms. Nothing is kept for it: what is on its way at
/// once is what the SFTP client asked for.
constexpr std::uint32_t receive_window = 32U * 1024 * 1024;
/// Octets before the SFTP client listens can only be text from a login script; more than this is not kept.
constexpr std::size_t aside_kept = 64U * 1024;

}  // namespace

ssh_channel::ssh_channel(std::shared_ptr<ssh_core> core)
    : core_(std::move(core)), waiting_(core_->executor(), asio::steady_timer::time_point::max()) {
}

ssh_channel::~ssh_channel() {
    if (id_) core_->remove(*id_);
}

void ssh_channel::ask() {
    const auto id = core_->machine().open_session(receive_window);
    if (!id) return fail(translate(id.error(), base::phase::subsystem));
    id_ = *id;
    core_->add(*id, *this);
}

async_result<void> ssh_channel::open_sftp() {
    if (!id_) ask();
    co_await opened();
    if (failure_) co_return base::fail(failure_->code, base::phase::subsystem, failure_->message);
    co_return base::result<void>{};
}

/// A cancelled wait throws at the next one.
awaitable<void> ssh_channel::opened() {
    while (!opened_ && !failure_) {
        boost::system::error_code rung;
        co_await waiting_.async_wait(asio::redirect_error(asio::use_awaitable, rung));
    }
}

void ssh_channel::listen(channel_listener& listener) {
    listener_ = &listener;
    core_->schedule();
}

std::size_t ssh_channel::write(std::string_view octets) {
    if (failure_) return octets.size();  // the end is on its way to the listener
    const auto taken = core_->machine().write(*id_, octets);
    core_->schedule();
    return taken;
}

void ssh_channel::deliver_aside() {
    if (listener_ == nullptr || aside_.empty()) return;
    const auto octets = std::exchange(aside_, {});
    listener_->received(octets);
}

void ssh_channel::tell_end() {
    if (listener_ == nullptr || !failure_ || !aside_.empty()) return;
    const auto why = *failure_;
    std::exchange(listener_, nullptr)->closed(why);
}

void ssh_channel::take(const ssh::channel_opened&) {
    opened_ = true;
    const auto asked = core_->machine().request_subsystem(*id_, "sftp");
    if (!asked) return fail(translate(asked.error(), base::phase::subsystem));
    core_->schedule();
    waiting_.cancel();
}

void ssh_channel::take(const ssh::channel_refused& refused) {
    const auto reason = refused.text.empty() ? "" : " (" + refused.text + ")";
    fail({errc::subsystem_unavailable, base::phase::subsystem,
          "the server accepted the login but opens no session for this account" + reason});
}

void ssh_channel::take(const ssh::request_answered& answered) {
    if (answered.granted) return;
    fail({errc::subsystem_unavailable, base::phase::subsystem,
          "the server accepted the login but offers no SFTP: ask its administrator to enable the sftp subsystem for "
          "this account"});
}

void ssh_channel::take(const ssh::channel_data& data) {
    if (listener_ != nullptr && aside_.empty()) return listener_->received(data.octets);
    if (listener_ != nullptr || aside_.size() < aside_kept) aside_.append(data.octets);
}

void ssh_channel::take(const ssh::channel_writable&) {
    if (listener_ != nullptr) listener_->writable();
}

void ssh_channel::take(const ssh::channel_ended& ended) {
    end(core_->machine().errors(ended.channel));
}

void ssh_channel::take(const ssh::channel_closed& closed) {
    end(closed.errors);
}

void ssh_channel::end(std::string_view complaints) {
    std::string message = "the server ended the SFTP session";
    if (!complaints.empty()) message += " and said: " + base::escape(complaints);
    fail({errc::channel_closed, base::phase::sftp, std::move(message)});
}

void ssh_channel::fail(const base::error& why) {
    if (failure_) return;
    failure_ = why;
    waiting_.cancel();
    tell_end();
}

}  // namespace gangway::net
