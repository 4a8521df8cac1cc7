#include "inflater.hpp"
#include "little_endian.hpp"
#include "zip_format.hpp"
#include "zip_names.hpp"

#include <gangway/archive/zip_reader.hpp>
#include <gangway/base/escape.hpp>

#include <algorithm>
#include <optional>
#include <utility>
#include <zlib.h>

namespace gangway::archive {
namespace {

constexpr std::size_t end_size = 22, locator_size = 20, wide_end_size = 56, local_size = 30;
constexpr std::uint16_t flag_encrypted = 1U << 0, flag_patch = 1U << 5, flag_strong = 1U << 6, flag_masked = 1U << 13;
constexpr std::uint16_t host_unix = 3, host_darwin = 19;
constexpr std::uint32_t type_bits = 0170000;

std::unexpected<base::error> damaged(std::string_view why) {
    return refused(errc::damaged, "it is not a zip archive, or is damaged: " + std::string{why});
}

struct end_record {
    std::size_t at = 0;  ///< in the tail
    std::uint16_t disk = 0, directory_disk = 0, entries_here = 0, entries = 0;
    std::uint32_t size = 0, offset = 0;
};

/// Section 4.3.16: the record whose comment ends where the archive does. Two of them could be read in two ways.
base::result<end_record> find_end(std::string_view tail) {
    std::optional<end_record> found;
    for (std::size_t at = tail.size() < end_size ? 0 : tail.size() - end_size + 1; at-- > 0;) {
        if (tail[at] != 'P') continue;
        little_endian_reader in{tail.substr(at)};
        if (in.u32() != end_signature) continue;
        end_record record{.at = at};
        record.disk = in.u16(), record.directory_disk = in.u16();
        record.entries_here = in.u16(), record.entries = in.u16();
        record.size = in.u32(), record.offset = in.u32();
        if (const auto comment = in.u16(); !in.ok() || comment != in.remaining()) continue;
        if (found) return damaged("it has two ends");
        found = record;
    }
    if (!found) return damaged("its end is missing");
    return *found;
}

/// What an end record says, and where what comes before it has to end.
struct ending {
    zip_directory where;
    std::uint64_t directory_end;
};

/// Sections 4.3.14 and 4.3.15. `at`: where the tail begins in the archive.
base::result<ending> read_wide_end(std::string_view tail, std::uint64_t at, const end_record& end) {
    little_endian_reader locator{tail.substr(end.at - locator_size, locator_size)};
    std::ignore = locator.u32();
    const auto disk = locator.u32();
    const auto offset = locator.u64();
    const auto disks = locator.u32();
    if (disk != 0 || disks > 1) return refused(errc::unsupported, "it lies on several disks");
    const auto last = at + end.at - locator_size;
    if (offset < at || offset > last || last - offset != wide_end_size) return damaged("its wide end is elsewhere");
    little_endian_reader in{tail.substr(static_cast<std::size_t>(offset - at), wide_end_size)};
    if (in.u32() != wide_end_signature || in.u64() != wide_end_size - 12) return damaged("its wide end is elsewhere");
    std::ignore = in.take(4);
    if (in.u32() != 0 || in.u32() != 0) return refused(errc::unsupported, "it lies on several disks");
    const auto here = in.u64();
    ending made{.where = {}, .directory_end = offset};
    made.where.entries = in.u64(), made.where.size = in.u64(), made.where.offset = in.u64();
    const auto agrees = [](std::uint64_t wide, std::uint64_t small, std::uint64_t mark) {
        return small == mark || small == wide;
    };
    if (here != made.where.entries || !agrees(made.where.entries, end.entries, many) ||
        !agrees(made.where.size, end.size, narrow) || !agrees(made.where.offset, end.offset, narrow))
        return damaged("its ends disagree");
    return made;
}

/// What the zip64 field (4.5.3) has in place of numbers that did not fit.
bool widen(std::string_view extra, zip_entry& entry) {
    little_endian_reader in{extra};
    while (in.remaining() > 0) {
        const auto id = in.u16();
        little_endian_reader field{in.take(in.u16())};
        if (!in.ok()) return false;
        if (id != extra_wide) continue;
        for (auto* number : {&entry.plain, &entry.packed, &entry.offset})
            if (*number == narrow) *number = field.u64();
        return field.ok();
    }
    return true;
}

struct record {
    zip_entry entry{};
    bool is_folder = false;
};

/// Section 4.3.12
base::result<record> read_record(little_endian_reader& in) {
    if (in.u32() != directory_signature) return damaged("its directory is broken");
    record made;
    auto& entry = made.entry;
    const auto host = static_cast<std::uint16_t>(in.u16() >> 8U);
    std::ignore = in.u16();
    const auto flags = in.u16();
    const auto method = in.u16();
    std::ignore = in.u32();
    entry.checksum = in.u32();
    entry.packed = in.u32(), entry.plain = in.u32();
    const auto name_size = in.u16();
    const auto extra_size = in.u16();
    const auto comment_size = in.u16();
    const auto disk = in.u16();
    std::ignore = in.u16();
    const auto mode = in.u32() >> 16U;
    entry.offset = in.u32();
    entry.name = in.take(name_size);
    const auto extra = in.take(extra_size);
    std::ignore = in.take(comment_size);
    if (!in.ok() || !widen(extra, entry)) return damaged("its directory is broken");
    const auto shown = "its entry " + base::escape(entry.name);
    if ((flags & (flag_encrypted | flag_strong | flag_masked)) != 0)
        return refused(errc::unsupported, shown + " is encrypted");
    if ((method != method_store && method != method_deflate) || (flags & flag_patch) != 0)
        return refused(errc::unsupported, shown + " is packed by another method than deflate");
    if (disk != 0) return refused(errc::unsupported, "it lies on several disks");
    entry.deflated = method == method_deflate;
    made.is_folder = entry.name.ends_with('/');
    const auto type = host == host_unix || host == host_darwin ? mode & type_bits : 0;
    if (type != 0 && type != (made.is_folder ? folder_type : file_type))
        return refused(errc::unsafe_name, shown + " is a link or a device");
    if ((!entry.deflated && entry.packed != entry.plain) || (made.is_folder && entry.plain != 0))
        return damaged(shown + " has a length that cannot be");
    return made;
}

/// Each entry ends before the next one begins.
bool lie_apart(std::vector<record>& records, std::uint64_t end) {
    std::vector<zip_entry*> order;
    order.reserve(records.size());
    for (auto& each : records)
        order.push_back(&each.entry);
    std::ranges::sort(order, std::greater{}, &zip_entry::offset);
    for (auto* entry : order) {
        const auto header = local_size + entry->name.size();
        if (entry->offset > end || end - entry->offset < header || end - entry->offset - header < entry->packed)
            return false;
        entry->ends_by = end;
        end = entry->offset;
    }
    return true;
}

}  // namespace

base::result<zip_directory> find_zip_directory(std::string_view tail, std::uint64_t size, const zip_limits& limits) {
    const auto end = find_end(tail);
    if (!end) return std::unexpected(end.error());
    const auto at = size - tail.size();
    if (end->disk != 0 || end->directory_disk != 0 || end->entries_here != end->entries)
        return refused(errc::unsupported, "it lies on several disks");
    ending found{.where = {.offset = end->offset, .size = end->size, .entries = end->entries},
                 .directory_end = at + end->at};
    if (end->at >= locator_size &&
        little_endian_reader{tail.substr(end->at - locator_size)}.u32() == wide_locator_signature) {
        auto wide = read_wide_end(tail, at, *end);
        if (!wide) return std::unexpected(std::move(wide.error()));
        found = *wide;
    }
    const auto& where = found.where;
    if (where.entries > limits.entries)
        return refused(errc::too_large,
                       "it has more than the " + std::to_string(limits.entries) + " entries that are allowed");
    if (where.size > zip_directory::largest) return refused(errc::too_large, "its directory has more than 64 MiB");
    if (where.offset > found.directory_end || found.directory_end - where.offset != where.size)
        return damaged("its directory is elsewhere");
    return where;
}

base::result<std::vector<zip_entry>> read_zip_directory(std::string_view directory, const zip_directory& where,
                                                        const zip_limits& limits) {
    little_endian_reader in{directory};
    std::vector<record> records;
    zip_names names;
    std::uint64_t left = limits.octets;
    while (in.remaining() > 0) {
        auto next = read_record(in);
        if (!next) return std::unexpected(std::move(next.error()));
        if (records.size() == where.entries) return damaged("its directory has more entries than its end says");
        if (auto fits = names.add(next->entry.name); !fits) return std::unexpected(std::move(fits.error()));
        if (next->entry.plain > left)
            return refused(errc::too_large,
                           "it unpacks to more than the " + std::to_string(limits.octets) + " octets that are allowed");
        left -= next->entry.plain;
        records.push_back(std::move(*next));
    }
    if (records.size() != where.entries) return damaged("its directory has fewer entries than its end says");
    if (!lie_apart(records, where.offset)) return damaged("its entries overlap");
    std::vector<zip_entry> files;
    for (auto& each : records)
        if (!each.is_folder) files.push_back(std::move(each.entry));
    return files;
}

std::size_t zip_header_octets(const zip_entry& entry) noexcept {
    return local_size + entry.name.size();
}

/// Section 4.3.7. Sizes and checksum may follow the content instead of standing here: the directory has them.
base::result<std::uint64_t> zip_content_offset(std::string_view header, const zip_entry& entry) {
    little_endian_reader in{header};
    const auto signature = in.u32();
    std::ignore = in.u16();
    const auto flags = in.u16();
    const auto method = in.u16();
    std::ignore = in.take(16);
    const auto name_size = in.u16();
    const auto extra_size = in.u16();
    const auto name = in.take(entry.name.size());
    if (!in.ok() || signature != local_signature || name_size != entry.name.size() || name != entry.name ||
        method != (entry.deflated ? method_deflate : method_store) || (flags & flag_encrypted) != 0)
        return damaged("what stands before its entry " + base::escape(entry.name) + " does not fit its directory");
    const auto begins = entry.offset + local_size + name_size + extra_size;
    if (begins > entry.ends_by || entry.ends_by - begins < entry.packed) return damaged("its entries overlap");
    return begins;
}

zip_entry_reader::zip_entry_reader(const zip_entry& entry) : entry_(entry) {
    if (entry.deflated) inflater_ = std::make_unique<inflater>(inflater::format::raw);
}

zip_entry_reader::~zip_entry_reader() = default;

base::result<std::string_view> zip_entry_reader::next() {
    const auto piece = inflater_ ? inflater_->next(packed_) : std::exchange(packed_, {});
    if (!piece || piece->empty()) return piece;
    if (piece->size() > entry_.plain - size_)
        return damaged(base::escape(entry_.name) + " is longer than its directory says");
    size_ += piece->size();
    checksum_ =
        static_cast<std::uint32_t>(::crc32_z(checksum_, reinterpret_cast<const Bytef*>(piece->data()), piece->size()));
    return piece;
}

base::result<void> zip_entry_reader::finish() const {
    const bool whole = !inflater_ || (inflater_->ended() && packed_.empty());
    if (whole && size_ == entry_.plain && checksum_ == entry_.checksum) return {};
    return damaged(base::escape(entry_.name) + " is not what its directory says");
}

}  // namespace gangway::archive
