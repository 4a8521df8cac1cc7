#include "s3_writer.hpp"

#include "hexadecimal.hpp"

#include <algorithm>

namespace gangway::sink {
namespace {

constexpr std::uint64_t most_parts = 10'000;
constexpr std::uint64_t largest_part = std::uint64_t{5} * 1024 * 1024 * 1024;  ///< of S3

}  // namespace

std::size_t part_size_for(std::uint64_t size) noexcept {
    const auto needed = size / most_parts + (size % most_parts == 0 ? 0 : 1);
    return static_cast<std::size_t>(std::clamp<std::uint64_t>(needed, smallest_part, largest_part));
}

s3_writer::~s3_writer() {
    // What cannot be aborted now is an orphan for `sweep`.
    if (owns_upload_ && !upload_.empty()) static_cast<void>(client_.abort(key_->text(), upload_));
}

base::result<void> s3_writer::write(std::string_view octets) {
    while (!octets.empty()) {
        if (part_.size() == part_size_)
            if (auto done = flush_part(); !done) return done;
        const auto taken = octets.substr(0, part_size_ - part_.size());
        part_ += taken;
        size_ += taken.size();
        octets.remove_prefix(taken.size());
    }
    return {};
}

base::result<void> s3_writer::flush_part() {
    if (!key_)
        return base::fail(errc::too_large, base::phase::storage,
                          "a file whose key depends on its content may have at most 16 MiB in a bucket");
    if (etags_.size() == most_parts)
        return base::fail(errc::too_large, base::phase::storage, "the file is larger than it was said to be");
    if (upload_.empty()) {
        auto begun = client_.begin_upload(key_->text(), {.claim = owner_});
        if (!begun) return std::unexpected(std::move(begun.error()));
        upload_ = std::move(*begun);
    }
    auto etag = client_.put_part(key_->text(), upload_, etags_.size() + 1, part_);
    if (!etag) return std::unexpected(std::move(etag.error()));
    etags_.push_back(std::move(*etag));
    part_.clear();
    return {};
}

base::result<void> s3_writer::finish(const model::destination_key& key, std::string_view sha256) {
    key_ = key;
    if ((keeps_ || !upload_.empty()) && !part_.empty()) {
        if (auto done = flush_part(); !done) return done;
        part_.shrink_to_fit();
    }
    staged_ = staged_file{.key = key, .size = size_, .sha256 = std::string{sha256}, .evidence = owner_};
    if (!upload_.empty()) staged_->evidence += ":" + upload_;
    return {};
}

base::result<staged_file> s3_writer::stage() {
    owns_upload_ = false;
    return *staged_;
}

base::result<s3_outcome> s3_writer::publish() {
    const auto key = key_->text();
    if (!upload_.empty()) return client_.complete(key, upload_, etags_);
    return client_.put(key, part_, {.claim = owner_, .sha256 = hexadecimal(staged_->sha256)});
}

}  // namespace gangway::sink
