#pragma once
/// Zip archives of others, who may mean harm (PKWARE APPNOTE.TXT 6.3): first the directory at their end, which alone
/// counts, then one entry after the other.
///
/// Refused as a whole: names that lead elsewhere, links, names that are there twice; entries that overlap (one part
/// unpacked a thousand times); more octets or entries than allowed; encryption, several disks, methods but store and
/// deflate; and whatever two programs could read in two ways. Errors: of archive::errc.

#include <gangway/archive/errors.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::archive {

class inflater;

struct zip_limits {
    std::uint64_t octets;  ///< of all entries, unpacked
    std::size_t entries;   ///< folders too
};

/// Where the directory lies.
struct zip_directory {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;  ///< at most `largest`
    std::uint64_t entries = 0;

    static constexpr std::uint64_t largest = std::uint64_t{64} * 1024 * 1024;
};

/// A file in the archive.
struct zip_entry {
    std::string name{};         ///< octets, relative, components separated by one `/` each
    std::uint64_t offset = 0;   ///< of its local header
    std::uint64_t packed = 0;   ///< octets in the archive
    std::uint64_t plain = 0;    ///< octets unpacked
    std::uint64_t ends_by = 0;  ///< where the next entry, or the directory, begins
    std::uint32_t checksum = 0;
    bool deflated = false;
};

/// The octets at the end of an archive among which everything is that tells where its directory is.
inline constexpr std::size_t zip_tail = 22 + 0xFFFF + 20 + 56;
/// `tail`: the last `zip_tail` octets of an archive of `size` octets, or all of it.
[[nodiscard]] base::result<zip_directory> find_zip_directory(std::string_view tail, std::uint64_t size,
                                                             const zip_limits& limits);
/// The files of the archive in the order of its directory, whose octets are `directory`.
[[nodiscard]] base::result<std::vector<zip_entry>> read_zip_directory(std::string_view directory,
                                                                      const zip_directory& where,
                                                                      const zip_limits& limits);

/// How many octets of an entry's local header `zip_content_offset` has to be shown.
[[nodiscard]] std::size_t zip_header_octets(const zip_entry& entry) noexcept;
/// Where the entry's content begins.
[[nodiscard]] base::result<std::uint64_t> zip_content_offset(std::string_view header, const zip_entry& entry);

/// The content of one entry: its packed octets go in through `feed`, and what is unpacked comes out of `next`.
class zip_entry_reader {
  public:
    /// `entry` must outlive it.
    explicit zip_entry_reader(const zip_entry& entry);
    ~zip_entry_reader();
    zip_entry_reader(const zip_entry_reader&) = delete;
    zip_entry_reader& operator=(const zip_entry_reader&) = delete;

    /// `packed` lives until `next` has nothing more.
    void feed(std::string_view packed) noexcept { packed_ = packed; }
    /// Lives until the next call, or as long as what was fed. Nothing: that is used up.
    [[nodiscard]] base::result<std::string_view> next();
    /// All octets were fed: length and checksum are what the directory says.
    [[nodiscard]] base::result<void> finish() const;

  private:
    const zip_entry& entry_;
    std::unique_ptr<inflater> inflater_{};  ///< none for an entry that is stored
    std::string_view packed_{};
    std::uint64_t size_ = 0;
    std::uint32_t checksum_ = 0;
};

}  // namespace gangway::archive
