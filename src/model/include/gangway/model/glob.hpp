#pragma once
/// Patterns on the names of files, in octets, as people know them from a shell.
///
/// | pattern | matches |
/// |---|---|
/// | `*` | any octets but `/`, also none, also a leading dot |
/// | `?` | one octet but `/` |
/// | `[abc]`, `[a-z]`, `[!a-z]`, `[^a-z]` | one ASCII octet of the set, or none of it; never `/`; `]` first is itself |
/// | `**/` at the start or behind a `/` | any number of folders, also none |
/// | `**` anywhere else | any octets, `/` too |
/// | `\c` | the octet c itself |
/// | anything else | itself; upper and lower case differ |
///
/// A pattern without `/` is about the last component of a path, one with `/` about the whole path.

#include <gangway/base/error.hpp>

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::model {

/// A pattern made ready. Matching takes time that grows with the length of the path only: all ways through the pattern
/// are followed at once, in a set of bits, so that no pattern and no name makes it slow.
class glob {
  public:
    static constexpr std::size_t longest = 255;  ///< octets of a pattern

    /// Refused: an empty pattern, one that is too long, a NUL, `[` without `]`, a range backwards, `[:alpha:]` and its
    /// kin, octets beyond ASCII in a set (they would match half a character), `\` at the end.
    [[nodiscard]] static base::result<glob> parse(std::string_view pattern, std::string_view field);

    /// `path` relative to the pulled folder, components separated by `/`.
    [[nodiscard]] bool matches(std::string_view path) const noexcept;
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    friend bool operator==(const glob& left, const glob& right) noexcept { return left.text_ == right.text_; }

  private:
    using states = std::bitset<longest + 2>;
    /// Which states go on with an octet, and how.
    struct program {
        std::array<states, 256> advance{};  ///< with this octet, from i to i + 1
        std::array<states, 256> stay{};     ///< with this octet, from i to i
        states skip_one{};                  ///< without an octet, from i to i + 1
        states skip_two{};                  ///< without an octet, from i to i + 2
        std::size_t end = 0;                ///< the state in which the pattern has matched
    };
    class compiler;

    glob(std::string text, std::shared_ptr<const program> compiled)
        : text_(std::move(text)), program_(std::move(compiled)), whole_path_(text_.contains('/')) {}
    static void close(const program& compiled, states& current) noexcept;

    std::string text_;
    std::shared_ptr<const program> program_;  ///< shared by the copies of this glob; never changes
    bool whole_path_;
};

/// What is wanted: everything or what one of `include` matches, without what one of `exclude` matches.
struct glob_filter {
    static constexpr std::size_t most = 64;  ///< patterns in each list

    std::vector<glob> include{};  ///< empty: everything
    std::vector<glob> exclude{};

    /// Both lists as people wrote them; an error names the field "include" or "exclude".
    [[nodiscard]] static base::result<glob_filter> parse(std::span<const std::string> include,
                                                         std::span<const std::string> exclude);
    /// The pattern of `exclude` that turns `path` away; none: nullptr. Lives as long as this filter.
    [[nodiscard]] const glob* excluded_by(std::string_view path) const noexcept;
    [[nodiscard]] bool included(std::string_view path) const noexcept;

    friend bool operator==(const glob_filter&, const glob_filter&) = default;
};

}  // namespace gangway::model
