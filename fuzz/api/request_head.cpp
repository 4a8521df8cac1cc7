// A request's head: found in the same place however it comes, and only taken apart if Beast reads the same in it.
#include <gangway/api/request_head.hpp>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace gangway;

void require(bool holds) {
    if (!holds) std::abort();
}

void compare(std::string_view octets, const api::request_head& head, const api::framing& how) {
    boost::beast::http::request_parser<boost::beast::http::empty_body> theirs;
    theirs.header_limit(64 * 1024);
    theirs.body_limit(boost::none);
    boost::system::error_code failure;
    theirs.put(boost::asio::buffer(octets), failure);
    if (failure) return;  // it is stricter about the characters of a target and about Connection
    require(theirs.is_header_done());
    const auto& message = theirs.get();
    require(message.method_string() == head.method && message.target() == head.target);
    require(message.version() == (head.http_1_0 ? 10 : 11));
    require(theirs.chunked() == how.chunked);
    require(theirs.content_length().value_or(0) == how.content_length.value_or(0));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view octets{reinterpret_cast<const char*>(data), size};
    const auto at_once = api::head_scanner{}.scan(octets);
    api::head_scanner slowly;
    for (std::size_t end = 0; end <= size; ++end) {
        const auto found = slowly.scan(octets.substr(0, end));
        if (found && !*found) continue;
        require(found.has_value() == at_once.has_value());
        if (found) require(*found == *at_once && **found <= end);
        break;
    }
    if (!at_once || !*at_once) return 0;
    const auto head = api::parse_head(octets.substr(0, **at_once));
    if (!head) return 0;
    if (const auto how = api::framing_of(*head)) compare(octets.substr(0, **at_once), *head, *how);
    return 0;
}
