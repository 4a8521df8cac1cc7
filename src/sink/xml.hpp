#pragma once
/// The XML of S3 answers: elements and text, nothing else.

#include <gangway/base/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace gangway::sink {

struct xml_element {
    std::string name{};  ///< without a namespace prefix
    std::string text{};  ///< all text directly in it, with references resolved
    std::vector<xml_element> children{};

    /// The first child of that name, or nullptr.
    [[nodiscard]] const xml_element* child(std::string_view wanted) const noexcept;
    /// The text of that child, or nothing.
    [[nodiscard]] std::string_view text_of(std::string_view wanted) const noexcept;
};

inline constexpr std::size_t largest_xml = std::size_t{2} * 1024 * 1024;

/// Reads a document of at most `largest_xml` octets, 16 levels and 50,000 elements. Attributes are skipped, comments
/// and processing instructions too. Refused as `bad_answer`: a document type (nothing defines entities), unknown
/// references, CDATA, tags that do not match, anything behind the root element, and what is not UTF-8.
[[nodiscard]] base::result<xml_element> parse_xml(std::string_view document);

}  // namespace gangway::sink
