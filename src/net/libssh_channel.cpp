#include "libssh_channel.hpp"

#include <gangway/base/escape.hpp>
#include <gangway/net/errors.hpp>

#include <algorithm>
#include <new>
#include <tuple>
#include <utility>

namespace gangway::net {
namespace {

/// What the server may send ahead: 64 MB/s at a round trip of 250 ms.
constexpr std::uint32_t receive_window = 16U * 1024 * 1024;
constexpr std::size_t complaints_kept = 8192;
/// Octets before the SFTP client listens can only be text from a login script; more than this is not kept.
constexpr std::size_t aside_kept = 64U * 1024;

}  // namespace

libssh_channel::libssh_channel(std::shared_ptr<libssh_core> core)
    : core_(std::move(core)), handle_(::ssh_channel_new(core_->session().get())), unasked_(receive_window) {
    if (handle_ == nullptr) throw std::bad_alloc{};
    ssh_callbacks_init(&callbacks_);
    callbacks_.userdata = this;
    callbacks_.channel_data_function = &libssh_channel::on_data;
    callbacks_.channel_eof_function = &libssh_channel::on_end;
    callbacks_.channel_close_function = &libssh_channel::on_end;
    ::ssh_set_channel_callbacks(handle_, &callbacks_);
}

libssh_channel::~libssh_channel() {
    core_->remove(*this);
    // libssh keeps a channel until both sides closed it, and would still call back.
    ::ssh_remove_channel_callbacks(handle_, &callbacks_);
    ::ssh_channel_free(handle_);
}

async_result<void> libssh_channel::open_sftp() {
    const int opened = co_await core_->drive([this] { return ::ssh_channel_open_session(handle_); });
    if (opened == SSH_OK) {
        const int started = co_await core_->drive([this] { return ::ssh_channel_request_sftp(handle_); });
        if (started == SSH_OK) co_return base::result<void>{};
    }
    if (core_->session().failed()) co_return std::unexpected(core_->session().error(base::phase::subsystem));
    co_return base::fail(errc::subsystem_unavailable, base::phase::subsystem,
                         opened == SSH_OK
                             ? "the server accepted the login but offers no SFTP: ask its administrator to "
                               "enable the sftp subsystem for this account"
                             : "the server accepted the login but opens no session for this account");
}

void libssh_channel::listen(channel_listener& listener) {
    listener_ = &listener;
    core_->add(*this);
}

std::size_t libssh_channel::write(std::string_view octets) {
    if (ended_) return octets.size();  // the end is on its way to the listener
    const auto taken = core_->write(handle_, octets);
    blocked_ = taken < octets.size();
    return taken;
}

int libssh_channel::on_data(::ssh_session, ::ssh_channel, void* data, std::uint32_t size, int is_stderr, void* self) {
    auto& channel = *static_cast<libssh_channel*>(self);
    const std::string_view octets{static_cast<const char*>(data), size};
    channel.unasked_ += size;
    if (is_stderr != 0)
        channel.complaints_.append(octets.substr(0, complaints_kept - channel.complaints_.size()));
    else
        channel.take(octets);
    return static_cast<int>(size);
}

void libssh_channel::on_end(::ssh_session, ::ssh_channel, void* self) {
    static_cast<libssh_channel*>(self)->ended_ = true;
}

void libssh_channel::take(std::string_view octets) {
    if (listener_ != nullptr && !core_->writing() && aside_.empty()) return listener_->received(octets);
    if (listener_ != nullptr || aside_.size() < aside_kept) aside_.append(octets);
}

void libssh_channel::settle() {
    if (listener_ == nullptr) return;
    if (!aside_.empty()) {
        const auto octets = std::exchange(aside_, {});
        listener_->received(octets);
    }
    if (ended_) return fail(end_reason());
    grow_window();
    if (blocked_ && !core_->session().has_unsent() && ::ssh_channel_window_size(handle_) > 0) {
        blocked_ = false;
        listener_->writable();
    }
}

void libssh_channel::grow_window() {
    // libssh starts with 64 KB and would never go beyond 1.28 MB by itself.
    if (unasked_ < receive_window / 2) return;
    unasked_ = 0;
    char nothing = 0;
    // Asking for that much opens the window; nothing is copied, because on_data() leaves nothing behind.
    std::ignore = ::ssh_channel_read_timeout(handle_, &nothing, receive_window, 0, 0);
}

void libssh_channel::fail(const base::error& why) {
    ended_ = true;
    core_->remove(*this);
    if (auto* const listener = std::exchange(listener_, nullptr)) listener->closed(why);
}

base::error libssh_channel::end_reason() const {
    std::string message = "the server ended the SFTP session";
    if (!complaints_.empty()) message += " and said: " + base::escape(complaints_);
    return {errc::connection_lost, base::phase::sftp, std::move(message)};
}

}  // namespace gangway::net
