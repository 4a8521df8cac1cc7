#include "standard_input.hpp"

#include <string>
#include <system_error>
#include <unistd.h>

namespace gangway::cli {
namespace {

constexpr std::size_t longest_secret = 1024;

}  // namespace

base::result<base::secret> secret_from_input() {
    std::string line;
    line.reserve(longest_secret);  // never grows, so that no copy is left behind
    char octet = 0;
    while (line.size() < longest_secret && ::read(STDIN_FILENO, &octet, 1) == 1 && octet != '\n')
        line.push_back(octet);
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty())
        return base::fail(std::make_error_code(std::errc::invalid_argument), base::phase::request,
                          "standard input has no secret on its first line");
    return base::secret::take(line);
}

}  // namespace gangway::cli
