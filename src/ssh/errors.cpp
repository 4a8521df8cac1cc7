#include <gangway/ssh/errors.hpp>

#include <string>

namespace gangway::ssh {
namespace {

class ssh_category final : public std::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "gangway.ssh"; }
    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
            case errc::not_ssh:
                return "not an SSH server";
            case errc::no_common_algorithm:
                return "no common algorithm";
            case errc::key_exchange_failed:
                return "key exchange failed";
            case errc::bad_signature:
                return "bad host key signature";
            case errc::host_key_changed:
                return "host key changed";
            case errc::bad_packet:
                return "bad packet";
            case errc::protocol_error:
                return "protocol error";
            case errc::limit_exceeded:
                return "limit exceeded";
            case errc::disconnected:
                return "disconnected";
            case errc::algorithm_unavailable:
                return "algorithm unavailable";
            case errc::out_of_order:
                return "call out of order";
            case errc::crypto_failure:
                return "cryptographic library failure";
        }
        return "unknown";
    }
};

}  // namespace

const std::error_category& category() noexcept {
    static const ssh_category instance;
    return instance;
}

std::error_code make_error_code(errc value) noexcept {
    return {static_cast<int>(value), category()};
}

}  // namespace gangway::ssh
