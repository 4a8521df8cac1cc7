#include <gangway/sink/errors.hpp>

#include <cerrno>

namespace gangway::sink {
namespace {

class sink_category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "gangway.sink"; }
    std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
            case errc::no_space:
                return "no space left";
            case errc::read_only:
                return "read-only";
            case errc::permission_denied:
                return "permission denied";
            case errc::destination_missing:
                return "the destination is missing";
            case errc::unsafe_destination:
                return "the destination is not safe";
            case errc::conflict:
                return "something else is there";
            case errc::too_large:
                return "too large";
            case errc::fenced_off:
                return "taken over by another owner";
            case errc::unavailable:
                return "unavailable";
            case errc::damaged:
                return "damaged on the way";
            case errc::bad_answer:
                return "an answer that makes no sense";
            case errc::refused:
                return "refused";
            case errc::io_failure:
                return "input or output failed";
            case errc::cancelled:
                return "cancelled";
        }
        return "unknown";
    }
};

errc meaning_of(int reason) noexcept {
    switch (reason) {
        case ENOSPC:
        case EDQUOT:
            return errc::no_space;
        case EROFS:
            return errc::read_only;
        case EACCES:
        case EPERM:
            return errc::permission_denied;
        case ENOENT:
        case ESTALE:
            return errc::destination_missing;
        case ELOOP:
        case ENOTDIR:
        case EXDEV:
            return errc::unsafe_destination;
        case EFBIG:
            return errc::too_large;
        default:
            return errc::io_failure;
    }
}

}  // namespace

const std::error_category& category() noexcept {
    static const sink_category instance;
    return instance;
}

std::error_code make_error_code(errc value) noexcept {
    return {static_cast<int>(value), category()};
}

bool is_transient(const std::error_code& code) noexcept {
    if (code.category() != category()) return false;
    switch (static_cast<errc>(code.value())) {
        case errc::no_space:
        case errc::read_only:
        case errc::permission_denied:
        case errc::destination_missing:
        case errc::unavailable:
        case errc::damaged:
        case errc::bad_answer:
        case errc::io_failure:
        case errc::cancelled:
            return true;
        case errc::unsafe_destination:
        case errc::conflict:
        case errc::too_large:
        case errc::fenced_off:
        case errc::refused:
            return false;
    }
    return false;
}

base::error system_failure(std::string_view what, int reason) {
    const auto words = std::error_code{reason, std::generic_category()}.message();
    return {meaning_of(reason), base::phase::storage, std::string{"cannot "}.append(what) + ": " + words};
}

}  // namespace gangway::sink
