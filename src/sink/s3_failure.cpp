#include "s3_failure.hpp"

#include "xml.hpp"

#include <gangway/base/escape.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace gangway::sink {
namespace {

struct meaning {
    std::string_view code;
    errc what;
    bool again = false;
    std::string_view advice = {};
};

constexpr std::string_view other_address = "set the endpoint and the region that it names";

/// Codes whose status says less than they do.
constexpr auto known = std::to_array<meaning>({
    {"RequestTimeout", errc::unavailable, true},
    {"SlowDown", errc::unavailable, true},
    {"OperationAborted", errc::unavailable, true},
    {"ConditionalRequestConflict", errc::unavailable, true},
    {"BadDigest", errc::damaged, true},
    {"InvalidDigest", errc::damaged, true},
    {"XAmzContentSHA256Mismatch", errc::damaged, true},
    {"XAmzContentChecksumMismatch", errc::damaged, true},
    {"IncompleteBody", errc::damaged, true},
    {"InvalidPart", errc::damaged},
    {"InvalidPartOrder", errc::damaged},
    {"EntityTooSmall", errc::damaged},
    {"EntityTooLarge", errc::too_large},
    {"NoSuchBucket", errc::destination_missing},
    {"NoSuchUpload", errc::fenced_off},
    {"PreconditionFailed", errc::conflict},
    {"RequestTimeTooSkewed", errc::permission_denied, false, "the clocks of this machine and of the storage differ"},
    {"AuthorizationHeaderMalformed", errc::refused, false, other_address},
    {"PermanentRedirect", errc::refused, false, other_address},
    {"TemporaryRedirect", errc::refused, false, other_address},
    {"QuotaExceeded", errc::no_space},
    {"XMinioStorageFull", errc::no_space},
});

meaning of_status(int status) {
    switch (status) {
        case 401:
        case 403:
            return {{}, errc::permission_denied};
        case 404:
            return {{}, errc::destination_missing};
        case 408:
        case 429:
        case 500:
        case 502:
        case 503:
        case 504:
            return {{}, errc::unavailable, true};
        case 409:
        case 412:
            return {{}, errc::conflict};
        case 413:
            return {{}, errc::too_large};
        case 507:
            return {{}, errc::no_space};
        default:
            break;
    }
    if (status / 100 == 3) return {{}, errc::refused, false, other_address};
    return {{}, status / 100 == 2 ? errc::bad_answer : errc::refused};
}

}  // namespace

s3_failure read_failure(const http_answer& answer) {
    std::string code, words;
    if (const auto body = answer.body.empty() ? base::result<xml_element>{} : parse_xml(answer.body);
        body && body->name == "Error") {
        code = body->text_of("Code");
        words = body->text_of("Message");
    }
    const auto* const found = code.empty() ? known.end() : std::ranges::find(known, code, &meaning::code);
    const auto meant = found == known.end() ? of_status(answer.status) : *found;
    auto message = fmt::format("the storage answered {}", answer.status);
    if (!code.empty()) message += " " + base::escape(code);
    if (!words.empty()) message += " — " + base::escape(words);
    if (!meant.advice.empty()) message += fmt::format(" ({})", meant.advice);
    return {std::move(code), base::error{meant.what, base::phase::storage, std::move(message)}, meant.again};
}

}  // namespace gangway::sink
