#include "outcome.hpp"

#include "descriptor.hpp"

#include <gangway/cli/exit_code.hpp>
#include <gangway/cli/failure.hpp>

#include <cstdio>

namespace gangway::cli {

int print(outcome end, bool as_json) {
    const bool printed =
        std::fwrite(end.output.data(), 1, end.output.size(), stdout) == end.output.size() && std::fflush(stdout) == 0;
    if (!printed && !end.failure) end.failure = system_error("write to", "standard output");
    std::fwrite(end.note.data(), 1, end.note.size(), stderr);
    return end.failure ? report(*end.failure, as_json) : static_cast<int>(exit_code::ok);
}

}  // namespace gangway::cli
