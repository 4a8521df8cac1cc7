/// Any octets as an answer of S3: what is read has bounded depth, names without markup, and text that is UTF-8.

#include "xml.hpp"

#include <gangway/base/utf8.hpp>

#include <cstdint>
#include <cstdlib>

namespace {

void check(const gangway::sink::xml_element& element, int depth) {
    if (depth > 16 || element.name.find_first_of("<>&\"'= ") != std::string::npos) std::abort();
    if (!gangway::base::is_utf8(element.text)) std::abort();
    for (const auto& child : element.children)
        check(child, depth + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string document{data, data + size};
    if (const auto read = gangway::sink::parse_xml(document)) check(*read, 1);
    return 0;
}
