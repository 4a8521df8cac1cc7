#include "deflater.hpp"
#include "little_endian.hpp"
#include "zip_format.hpp"

#include <gangway/archive/zip_writer.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>
#include <zlib.h>

namespace gangway::archive {
namespace {

constexpr std::uint16_t version_plain = 20, version_wide = 45;
constexpr std::uint16_t made_by_unix = 3U << 8;
constexpr std::uint32_t dos_folder = 0x10;
/// A file that may become this long could outgrow 32 bits when it is packed: deflate adds less than a thousandth.
constexpr std::uint64_t surely_narrow = 0xFFFFFFFF / 1001 * 1000;

struct dos_time {
    std::uint16_t date;
    std::uint16_t time;
};

/// Two seconds fine, from 1980 to 2107; a server's times end in 2106. In UTC, because no zone is known.
dos_time to_dos(std::optional<std::uint32_t> mtime) {
    using namespace std::chrono;
    const sys_seconds earliest = sys_days{year{1980} / January / 1};
    const auto when = std::max(earliest, sys_seconds{seconds{mtime.value_or(0)}});
    const year_month_day day{floor<days>(when)};
    const hh_mm_ss time{when - floor<days>(when)};
    const auto years = static_cast<unsigned>(static_cast<int>(day.year()) - 1980);
    return {.date = static_cast<std::uint16_t>(years << 9 | static_cast<unsigned>(day.month()) << 5 |
                                               static_cast<unsigned>(day.day())),
            .time = static_cast<std::uint16_t>(time.hours().count() << 11 | time.minutes().count() << 5 |
                                               time.seconds().count() / 2)};
}

std::uint32_t checksum_of(std::uint32_t before, std::string_view octets) {
    return static_cast<std::uint32_t>(::crc32_z(before, reinterpret_cast<const Bytef*>(octets.data()), octets.size()));
}

std::uint32_t narrowed(std::uint64_t value) noexcept {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, narrow));
}

}  // namespace

zip_writer::zip_writer(compression how) : how_(how), deflater_(std::make_unique<deflater>()) {
}

zip_writer::~zip_writer() = default;

zip_writer::entry zip_writer::begin(std::string_view name, const entry_about& about) const {
    if (open_ || name.empty() || name.size() > longest_name) throw std::logic_error{"no entry can begin so"};
    return {.name = std::string{name}, .about = about, .offset = position()};
}

void zip_writer::add_folder(std::string_view name, const entry_about& about) {
    auto made = begin(name, about);
    made.name += '/';
    made.folder = true;
    local_header(made);
    directory_record(made);
}

void zip_writer::add_file(std::string_view name, const entry_about& about, std::string_view content) {
    auto made = begin(name, about);
    made.plain = made.packed = content.size();
    made.checksum = checksum_of(0, content);
    std::string packed;
    if (how_ == compression::deflate && !content.empty()) {
        deflater_->add(content, packed);
        deflater_->finish(packed);
        if (packed.size() < content.size()) {
            made.method = method_deflate;
            made.packed = packed.size();
            content = packed;
        }
    }
    made.wide = made.plain >= narrow;
    local_header(made);
    output_ += content;
    directory_record(made);
}

void zip_writer::begin_file(std::string_view name, const entry_about& about, std::optional<std::uint64_t> most) {
    auto made = begin(name, about);
    made.method = how_ == compression::deflate ? method_deflate : method_store;
    made.descriptor = true;
    made.wide = !most || *most >= surely_narrow;
    local_header(made);
    open_ = std::move(made);
}

void zip_writer::append(std::string_view octets) {
    auto& made = open_.value();
    made.plain += octets.size();
    if (!made.wide && made.plain >= surely_narrow) throw std::logic_error{"a zip entry is longer than was said"};
    made.checksum = checksum_of(made.checksum, octets);
    const auto before = output_.size();
    if (how_ == compression::deflate)
        deflater_->add(octets, output_);
    else
        output_ += octets;
    made.packed += output_.size() - before;
}

void zip_writer::end_file() {
    auto& made = open_.value();
    const auto before = output_.size();
    if (how_ == compression::deflate) deflater_->finish(output_);
    made.packed += output_.size() - before;
    descriptor(made);
    directory_record(made);
    open_.reset();
}

/// Section 4.3.7. With a descriptor, sizes and checksum are zero here; and where that is wide, a zip64 field says so.
void zip_writer::local_header(const entry& of) {
    const bool later = of.descriptor;
    const auto when = to_dos(of.about.mtime);
    std::string extra;
    if (of.wide) {
        put16(extra, extra_wide), put16(extra, 16);
        put64(extra, later ? 0 : of.plain), put64(extra, later ? 0 : of.packed);
    }
    if (of.about.mtime) put16(extra, extra_time), put16(extra, 5), extra += '\1', put32(extra, *of.about.mtime);
    put32(output_, local_signature);
    put16(output_, of.wide ? version_wide : version_plain);
    put16(output_, static_cast<std::uint16_t>(flag_utf8 | (later ? flag_descriptor : 0)));
    put16(output_, of.method);
    put16(output_, when.time), put16(output_, when.date);
    put32(output_, later ? 0 : of.checksum);
    put32(output_, of.wide ? narrow : later ? 0 : narrowed(of.packed));
    put32(output_, of.wide ? narrow : later ? 0 : narrowed(of.plain));
    put16(output_, static_cast<std::uint16_t>(of.name.size()));
    put16(output_, static_cast<std::uint16_t>(extra.size()));
    output_ += of.name;
    output_ += extra;
}

/// Section 4.3.9
void zip_writer::descriptor(const entry& of) {
    put32(output_, descriptor_signature);
    put32(output_, of.checksum);
    if (of.wide)
        put64(output_, of.packed), put64(output_, of.plain);
    else
        put32(output_, narrowed(of.packed)), put32(output_, narrowed(of.plain));
}

/// Section 4.3.12; in the zip64 field (4.5.3) only what does not fit.
void zip_writer::directory_record(const entry& of) {
    std::string wide;
    for (const auto value : {of.plain, of.packed, of.offset})
        if (value >= narrow) put64(wide, value);
    std::string extra;
    if (!wide.empty()) put16(extra, extra_wide), put16(extra, static_cast<std::uint16_t>(wide.size())), extra += wide;
    if (of.about.mtime) put16(extra, extra_time), put16(extra, 5), extra += '\1', put32(extra, *of.about.mtime);
    const auto when = to_dos(of.about.mtime);
    const auto version = of.wide || !wide.empty() ? version_wide : version_plain;
    const auto mode = (of.folder ? folder_type : file_type) | (of.about.mode.value_or(of.folder ? 0755 : 0644) & 07777);
    put32(directory_, directory_signature);
    put16(directory_, static_cast<std::uint16_t>(made_by_unix | version));
    put16(directory_, version);
    put16(directory_, static_cast<std::uint16_t>(flag_utf8 | (of.descriptor ? flag_descriptor : 0)));
    put16(directory_, of.method);
    put16(directory_, when.time), put16(directory_, when.date);
    put32(directory_, of.checksum);
    put32(directory_, narrowed(of.packed)), put32(directory_, narrowed(of.plain));
    put16(directory_, static_cast<std::uint16_t>(of.name.size()));
    put16(directory_, static_cast<std::uint16_t>(extra.size()));
    put16(directory_, 0), put16(directory_, 0), put16(directory_, 0);  // no comment, one disk, octets
    put32(directory_, mode << 16 | (of.folder ? dos_folder : 0));
    put32(directory_, narrowed(of.offset));
    directory_ += of.name;
    directory_ += extra;
    ++entries_;
}

void zip_writer::finish() {
    const auto start = position();
    const auto size = directory_.size();
    if (output_.empty())
        output_ = std::move(directory_);
    else
        output_ += directory_;
    directory_ = std::string{};
    end_records(start, size);
}

/// Sections 4.3.14 to 4.3.16
void zip_writer::end_records(std::uint64_t start, std::uint64_t size) {
    if (entries_ >= many || start >= narrow || size >= narrow) {
        const auto here = start + size;
        put32(output_, wide_end_signature);
        put64(output_, 44);  // of this record, from here on
        put16(output_, made_by_unix | version_wide), put16(output_, version_wide);
        put32(output_, 0), put32(output_, 0);  // one disk
        put64(output_, entries_), put64(output_, entries_);
        put64(output_, size), put64(output_, start);
        put32(output_, wide_locator_signature);
        put32(output_, 0), put64(output_, here), put32(output_, 1);
    }
    const auto count = static_cast<std::uint16_t>(std::min<std::uint64_t>(entries_, many));
    put32(output_, end_signature);
    put16(output_, 0), put16(output_, 0);
    put16(output_, count), put16(output_, count);
    put32(output_, narrowed(size)), put32(output_, narrowed(start));
    put16(output_, 0);
}

}  // namespace gangway::archive
