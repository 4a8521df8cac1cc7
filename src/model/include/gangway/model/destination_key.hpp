#pragma once
/// Where a pulled file goes: a path beneath the folder or the prefix that its connection may write to.

#include <gangway/base/error.hpp>

#include <string>
#include <string_view>

namespace gangway::model {

/// Components separated by `/`, each of which every file system and object store takes as a plain name.
class destination_key {
  public:
    static constexpr std::size_t longest = 1024;           ///< octets, as S3 has it
    static constexpr std::size_t longest_component = 255;  ///< octets, as file systems have it
    /// What names of our own start with; no component of a key does.
    static constexpr std::string_view reserved = ".gangway";

    /// Refused: an empty key or component (so also a slash at either end), ".", "..", what is not UTF-8, control
    /// characters, components that start with `reserved`, and what is too long.
    [[nodiscard]] static base::result<destination_key> parse(std::string text, std::string_view field = "key");

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// All but the last component; empty where there is only one. Lives as long as this key.
    [[nodiscard]] std::string_view folder() const noexcept;
    /// The last component. Lives as long as this key.
    [[nodiscard]] std::string_view name() const noexcept;

    friend bool operator==(const destination_key&, const destination_key&) = default;

  private:
    explicit destination_key(std::string text) : text_(std::move(text)) {}

    std::string text_;
};

}  // namespace gangway::model
