#include <gangway/transfer/errors.hpp>

#include <string>

namespace gangway::transfer {
namespace {

class transfer_category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "gangway.transfer"; }
    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
            case errc::lease_lost:
                return "another node works on the connection";
            case errc::listing_too_big:
                return "too many entries";
            case errc::bad_rule:
                return "a rule that cannot be carried out";
            case errc::cancelled:
                return "cancelled";
            case errc::source_changed:
                return "the remote file changed";
            case errc::checksum_missing:
                return "no checksum";
            case errc::checksum_mismatch:
                return "another checksum";
            case errc::target_exists:
                return "the target exists";
            case errc::no_such_folder:
                return "no such folder";
            case errc::no_such_file:
                return "no such file";
            case errc::already_running:
                return "already running";
        }
        return "unknown";
    }
};

}  // namespace

const std::error_category& category() noexcept {
    static const transfer_category instance;
    return instance;
}

std::error_code make_error_code(errc value) noexcept {
    return {static_cast<int>(value), category()};
}

}  // namespace gangway::transfer
