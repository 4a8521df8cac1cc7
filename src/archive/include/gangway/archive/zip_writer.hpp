#pragma once
/// A zip archive as it is written from front to back (PKWARE APPNOTE.TXT 6.3, Info-ZIP's extra field 0x5455).

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gangway::archive {

class deflater;

enum class compression : std::uint8_t { store, deflate };

struct entry_about {
    std::optional<std::uint32_t> mtime{};  ///< seconds since 1970; without it the time is that of 1980
    std::optional<std::uint32_t> mode{};   ///< permission bits
};

/// Entries go in, and octets come out through `ready` and `taken`, as often as the caller likes. One entry at a time.
///
/// Names are UTF-8, relative, at most `longest_name` octets, and each used once (see `safe_entry_name`); a folder's
/// name has no slash at its end here. Sizes and counts beyond the old format are written as zip64, and only those.
class zip_writer {
  public:
    static constexpr std::size_t longest_name = 0xFFFF - 1;  ///< one less for a folder's slash

    explicit zip_writer(compression how);
    ~zip_writer();
    zip_writer(const zip_writer&) = delete;
    zip_writer& operator=(const zip_writer&) = delete;

    void add_folder(std::string_view name, const entry_about& about);
    /// A file whose content is there: sizes and checksum stand before it, and it is stored if that is shorter.
    void add_file(std::string_view name, const entry_about& about, std::string_view content);
    /// A file whose content comes in pieces: sizes and checksum follow it (section 4.3.9). `most` is how long it can
    /// become, if that is known; more throws `std::logic_error`.
    void begin_file(std::string_view name, const entry_about& about, std::optional<std::uint64_t> most);
    void append(std::string_view octets);
    void end_file();
    /// The central directory. Nothing is added after it.
    void finish();

    /// What was written and not taken. Lives until the next call that is not const.
    [[nodiscard]] std::string_view ready() const noexcept { return output_; }
    /// All of `ready` was taken.
    void taken() noexcept {
        taken_ += output_.size();
        output_.clear();
    }
    /// What the central directory has grown to: the only thing that is kept.
    [[nodiscard]] std::size_t directory_octets() const noexcept { return directory_.size(); }
    [[nodiscard]] std::uint64_t entries() const noexcept { return entries_; }

  private:
    /// An entry between its local header and its record in the directory.
    struct entry {
        std::string name{};
        entry_about about{};
        std::uint64_t offset = 0;  ///< of its local header
        std::uint64_t plain = 0;   ///< octets of the content
        std::uint64_t packed = 0;  ///< octets in the archive
        std::uint32_t checksum = 0;
        std::uint16_t method = 0;
        bool descriptor = false;  ///< are sizes and checksum behind the content?
        bool wide = false;        ///< and of 64 bits?
        bool folder = false;
    };
    [[nodiscard]] std::uint64_t position() const noexcept { return taken_ + output_.size(); }
    [[nodiscard]] entry begin(std::string_view name, const entry_about& about) const;
    void local_header(const entry& of);
    void descriptor(const entry& of);
    void directory_record(const entry& of);
    void end_records(std::uint64_t start, std::uint64_t size);

    compression how_;
    std::unique_ptr<deflater> deflater_;
    std::string output_{};
    std::string directory_{};
    std::uint64_t taken_ = 0;  ///< octets of the archive
    std::uint64_t entries_ = 0;
    std::optional<entry> open_{};
};

}  // namespace gangway::archive
