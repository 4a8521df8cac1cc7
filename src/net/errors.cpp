#include <gangway/net/errors.hpp>

namespace gangway::net {
namespace {

class net_category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "gangway.net"; }
    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
            case errc::host_blocked:
                return "address not allowed";
            case errc::cloudflare_blocked:
                return "address of a Cloudflare proxy";
            case errc::dns_failed:
                return "name not found";
            case errc::connection_refused:
                return "connection refused";
            case errc::unreachable:
                return "server unreachable";
            case errc::connection_lost:
                return "connection lost";
            case errc::channel_closed:
                return "SFTP session ended";
            case errc::not_ssh:
                return "not an SSH server";
            case errc::handshake_failed:
                return "SSH key exchange failed";
            case errc::host_key_mismatch:
                return "host key mismatch";
            case errc::host_key_unknown:
                return "host key unknown";
            case errc::host_key_store_failed:
                return "host key cannot be stored";
            case errc::auth_failed:
                return "login refused";
            case errc::subsystem_unavailable:
                return "SFTP not offered";
            case errc::timed_out:
                return "timed out";
            case errc::listing_too_large:
                return "folder too large";
            case errc::remote_changed:
                return "file changed while it was read";
            case errc::incomplete_write:
                return "file not written completely";
        }
        return "unknown error";
    }
};

}  // namespace

const std::error_category& category() noexcept {
    static const net_category instance;
    return instance;
}

std::error_code make_error_code(errc value) noexcept {
    return {static_cast<int>(value), category()};
}

}  // namespace gangway::net
