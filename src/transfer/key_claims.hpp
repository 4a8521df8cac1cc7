#pragma once
/// Which destination belongs to which file, so that no two files go to one place.

#include <gangway/model/destination_key.hpp>

#include <string>
#include <string_view>
#include <unordered_map>

namespace gangway::transfer {

/// Keys and who has them. Paths given to it must outlive it.
class key_claims {
  public:
    /// `folded`: keys that differ in case or Unicode form (NFC, NFD) are one.
    explicit key_claims(bool folded) : folded_(folded) {}

    /// The path that has `key`; nothing: it is `path` now.
    [[nodiscard]] std::string_view claim(std::string_view key, std::string_view path);

  private:
    bool folded_;
    std::unordered_map<std::string, std::string_view> owners_;
};

/// `text` in the form in which it is compared where case and Unicode form do not count.
[[nodiscard]] std::string folded_form(std::string_view text);

}  // namespace gangway::transfer
