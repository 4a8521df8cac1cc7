#include <gangway/api/answer.hpp>
#include <gangway/api/errors.hpp>
#include <gangway/crypto/errors.hpp>
#include <gangway/model/errors.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/remote/errors.hpp>
#include <gangway/sftp/errors.hpp>
#include <gangway/sink/errors.hpp>
#include <gangway/store/errors.hpp>
#include <gangway/transfer/errors.hpp>
#include <gangway/vault/errors.hpp>

#include <algorithm>
#include <vector>

namespace gangway::api {
namespace {

/// More than any room has; what is no error of a room is an internal one.
constexpr int beyond_the_last = 256;

std::vector<std::string_view> collected() {
    std::vector<std::string_view> codes;
    for (const auto* const room :
         {&api::category(), &model::category(), &crypto::category(), &sftp::error_category(), &net::category(),
          &remote::category(), &sink::category(), &store::category(), &transfer::category(), &vault::category()})
        for (int value = 1; value < beyond_the_last; ++value)
            codes.push_back(classify({value, *room}).code);
    // No errors of a room, but the outcome of a whole operation, and of the machine.
    codes.push_back("partly_removed");
    codes.push_back("overloaded");
    std::ranges::sort(codes);
    codes.erase(std::ranges::unique(codes).begin(), codes.end());
    return codes;
}

}  // namespace

std::span<const std::string_view> all_error_codes() {
    static const auto codes = collected();
    return codes;
}

}  // namespace gangway::api
