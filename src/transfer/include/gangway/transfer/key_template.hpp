#pragma once
/// Where the files of a folder go, written once: "in/{connection}/{date:%Y/%m}/{name}".
///
/// | word | stands for |
/// |---|---|
/// | `{name}` `{stem}` `{ext}` | the file's name; without its last dot and what follows; only that, with the dot |
/// | `{path}` | the path below the pulled folder, with its name, as folders |
/// | `{connection}` `{folder}` | the names people gave to both |
/// | `{version}` | 1 for a file's first content, 2 for its second, … |
/// | `{date:…}` `{mtime:…}` | when the pull was decided, and the file's own time, of %Y %m %d %H %M %S %j and literals
/// | | `{sha256}` | the content, as 64 hexadecimal digits |
///
/// Values are made safe by `safe_name.hpp`, and so is each component that they end up in. A second version of a file
/// whose template has no `{version}` gets it as a mark before the extension: `orders~2.csv`.

#include <gangway/base/error.hpp>
#include <gangway/model/destination_key.hpp>
#include <gangway/model/time_zone.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::transfer {

struct key_values {
    std::string_view path;  ///< octets below the pulled folder, components separated by `/`
    std::string_view connection{};
    std::string_view folder{};
    std::uint32_t version = 1;
    model::local_time date{};                  ///< in the folder's zone
    std::optional<model::local_time> mtime{};  ///< absent: `date` stands in
    std::string_view sha256{};                 ///< 64 hexadecimal digits; needed where `needs_content()`
};

class key_template {
  public:
    static constexpr std::size_t longest = 512;  ///< octets

    /// Refused, naming `field`: words that do not exist, a brace alone, literals that would have to be escaped, a slash
    /// at either end or two together, and a template without {name}, {stem}, {path} or {sha256}, by which all files
    /// would go to one place.
    [[nodiscard]] static base::result<key_template> parse(std::string_view text,
                                                          std::string_view field = "keyTemplate");

    /// Whether the key is known only after the file is here.
    [[nodiscard]] bool needs_content() const noexcept { return needs_content_; }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    /// The place for one file. The same values give the same key; different paths or versions give different keys, as
    /// far as the template has a word for them. Folders that would make a key of more than 1024 octets become one, "~"
    /// and their hash.
    [[nodiscard]] model::destination_key render(const key_values& values) const;

  private:
    enum class word : std::uint8_t { literal, name, stem, ext, path, connection, folder, version, date, mtime, sha256 };
    struct part {
        word what;
        std::string text{};  ///< the literal, or the format of a date
    };
    [[nodiscard]] bool read_word(std::string_view name);
    [[nodiscard]] static bool is_literal(std::string_view text);
    void append(const part& part, const key_values& values, std::string& out) const;

    std::string text_;
    std::vector<part> parts_;
    bool has_version_ = false;
    bool needs_content_ = false;
    bool tells_files_apart_ = false;
};

/// A folder on the server, with `{date:…}` filled in and all else as it is; for where files are moved to.
[[nodiscard]] base::result<std::string> render_folder(std::string_view folder, model::local_time date,
                                                      std::string_view field = "after.folder");

}  // namespace gangway::transfer
