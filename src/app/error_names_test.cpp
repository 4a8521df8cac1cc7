// The command line and the HTTP API are two views of the same errors: programs that know one know the other.

#include <gangway/api/answer.hpp>
#include <gangway/cli/exit_code.hpp>
#include <gangway/crypto/errors.hpp>
#include <gangway/model/errors.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/sftp/errors.hpp>

#include <gtest/gtest.h>

namespace gangway::app {
namespace {

void expect_same_names(const std::error_category& category, int last) {
    for (int value = 1; value <= last; ++value) {
        const std::error_code code{value, category};
        // Over HTTP only managed connections meet it: as a conflict with their state.
        if (code == net::errc::host_key_unknown) continue;
        EXPECT_EQ(cli::classify({code, base::phase::request, ""}).name, api::classify(code).code)
            << category.name() << ' ' << code.message();
    }
}

TEST(error_names, are_the_same_on_the_command_line_and_over_http) {
    expect_same_names(net::category(), static_cast<int>(net::errc::incomplete_write));
    expect_same_names(sftp::error_category(), static_cast<int>(sftp::errc::closed));
    expect_same_names(crypto::category(), static_cast<int>(crypto::errc::crypto_failure));
    expect_same_names(model::category(), static_cast<int>(model::errc::invalid_value));
}

}  // namespace
}  // namespace gangway::app
