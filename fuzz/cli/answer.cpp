// An answer of a gateway as the administering commands show it: whatever it is, nothing in the text moves the cursor.

#include "gateway.hpp"
#include "history_text.hpp"
#include "json_values.hpp"
#include "table_text.hpp"

#include <gangway/cli/failure.hpp>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace gangway::cli;

constexpr auto columns = std::to_array<column>({{"NAME", "name"},
                                                {"SERVER", "", as::login},
                                                {"SIZE", "size", as::size},
                                                {"N", "n", as::count},
                                                {"AT", "at", as::time},
                                                {"ON", "on", as::flag},
                                                {"EVENTS", "events", as::list},
                                                {"STATE", "health.state"}});

void expect_harmless(std::string_view text) {
    for (const char c : text)
        if (c != '\n' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view octets{reinterpret_cast<const char*>(data), size};
    const auto answer = understood(octets.front() == '2' ? 200 : 400, octets.substr(1));
    if (!answer) {
        expect_harmless(answer.error().message);
        expect_harmless(failure_text(answer.error()));
        return 0;
    }
    expect_harmless(table_text(array_at(*answer, "rows"), columns));
    expect_harmless(details_text(*answer, columns));
    expect_harmless(run_text(*answer));
    expect_harmless(run_progress_text(*answer));
    if (const auto failure = failure_of_run(*answer)) expect_harmless(failure_text(*failure));
    return 0;
}
