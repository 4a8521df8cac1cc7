#pragma once
/// The fields of a request, by name and type. Presence decides, not truthiness: `0`, `""` and `false` are given values,
/// `null` is an absent one.

#include <gangway/api/json_reader.hpp>
#include <gangway/base/error.hpp>
#include <gangway/base/secret.hpp>
#include <gangway/model/remote_path.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace gangway::api {

/// Reads fields and remembers the first error, so that a decoder asks for all it wants and checks once, with `finish`.
/// What is returned after an error is a placeholder. Every error is `bad_request` with the fact "field".
///
/// Names that nobody asks for are ignored. Text may not contain NUL, except where the content of a file is meant.
class fields {
  public:
    /// Decodes `body` in place; it must outlive this object and everything it returns a view of.
    [[nodiscard]] static base::result<fields> from_json(std::span<char> body, json_limits limits = {});
    /// Everything in a query is text, so whole numbers are read from decimal digits, flags from the words true and
    /// false.
    [[nodiscard]] static base::result<fields> from_query(std::string_view query);

    [[nodiscard]] std::optional<std::string_view> text(std::string_view name);
    [[nodiscard]] std::string_view required_text(std::string_view name);
    /// Text that may contain NUL: the content of a file.
    [[nodiscard]] std::string_view required_content(std::string_view name);
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
    [[nodiscard]] bool flag(std::string_view name);
    /// Seconds since 1970 from "2026-01-15T12:00:00Z", with or without a fraction, which SFTP cannot keep.
    [[nodiscard]] std::optional<std::uint32_t> date(std::string_view name);
    /// Permission bits (0 to 07777), as a number or as text in octal digits, which is how people write them.
    [[nodiscard]] std::optional<std::uint32_t> mode(std::string_view name);
    /// Text whose octets are zeroed where they stood.
    [[nodiscard]] std::optional<base::secret> secret(std::string_view name);

    /// The JSON of an object, where `json_limits::nested_text` was asked for. Writable, to be wiped or decoded in
    /// place.
    [[nodiscard]] std::optional<std::span<char>> object(std::string_view name);
    /// The same of an array.
    [[nodiscard]] std::optional<std::span<char>> array(std::string_view name);
    /// Whether it is given as null, where that means something else than leaving it away.
    [[nodiscard]] bool is_null(std::string_view name) const noexcept;

    /// Octets as text in `name` or as base64 in `name`Base64; both at once is an error.
    [[nodiscard]] std::optional<std::string> octets(std::string_view name);
    [[nodiscard]] std::string required_octets(std::string_view name);
    /// `required_octets` that are a path; after an error, the placeholder is ".".
    [[nodiscard]] model::remote_path path(std::string_view name);

    /// For routes where a field of another name can only be a mistake.
    void refuse_all_but(std::initializer_list<std::string_view> known);

    /// Paths read from here on stay under `root` (see `remote::confine`), and are remembered.
    void confine(std::string root) { root_ = std::move(root); }
    /// The target of the symbolic link `link`: octets that are kept as they are, and may not lead out of the root.
    [[nodiscard]] model::remote_path confined(const model::remote_path& asked, std::string_view name);
    [[nodiscard]] model::remote_path link_target(std::string_view name, const model::remote_path& link);
    [[nodiscard]] const std::vector<model::remote_path>& confined_paths() const noexcept { return confined_; }

    /// For rules about more than one field.
    void complain(std::string_view field, std::string message);
    void complain(base::error why);
    [[nodiscard]] bool has(std::string_view name) const noexcept { return members_.find(name) != nullptr; }
    /// The first error so far.
    [[nodiscard]] base::result<void> check() const {
        if (error_) return std::unexpected(*error_);
        return {};
    }
    [[nodiscard]] bool ok() const noexcept { return !error_; }
    /// `value`, or the first error.
    template <class T>
    [[nodiscard]] base::result<std::remove_cvref_t<T>> finish(T&& value) {
        if (error_) return std::unexpected(*std::move(error_));
        return std::forward<T>(value);
    }

  private:
    fields(json_object members, std::vector<std::pair<std::string, std::string>> query)
        : members_(std::move(members)), query_(std::move(query)) {}
    [[nodiscard]] std::optional<std::span<char>> nested(std::string_view name, char bracket, std::string_view kind);
    [[nodiscard]] std::optional<std::span<char>> characters(std::string_view name, bool nul_allowed);

    json_object members_;
    std::vector<std::pair<std::string, std::string>> query_;  ///< what `members_` views if this is a query
    std::optional<base::error> error_{};
    std::string root_{};
    std::vector<model::remote_path> confined_{};
};

}  // namespace gangway::api
