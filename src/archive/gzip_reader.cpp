#include "inflater.hpp"

#include <gangway/archive/gzip_reader.hpp>

#include <string>

namespace gangway::archive {
namespace {

constexpr char first_of_member = '\x1f';

}  // namespace

gzip_reader::gzip_reader(std::uint64_t most)
    : inflater_(std::make_unique<inflater>(inflater::format::gzip)), most_(most) {
}

gzip_reader::~gzip_reader() = default;

base::result<std::string_view> gzip_reader::next() {
    for (;;) {
        if (state_ != state::member) {
            if (packed_.empty()) return std::string_view{};
            const bool begins = packed_.front() == first_of_member && state_ != state::padding;
            if (begins) {
                if (state_ == state::between) inflater_->restart();
                state_ = state::member;
            } else if (state_ != state::nothing && packed_.front() == '\0') {
                state_ = state::padding;
                packed_.remove_prefix(1);
                continue;
            } else {
                return refused(errc::damaged, state_ == state::nothing ? "it is not a file of gzip"
                                                                       : "octets that are not of gzip follow its end");
            }
        }
        const auto piece = inflater_->next(packed_);
        if (!piece) return piece;
        if (inflater_->ended()) state_ = state::between;
        if (piece->size() > most_ - size_)
            return refused(errc::too_large,
                           "it unpacks to more than the " + std::to_string(most_) + " octets that are allowed");
        size_ += piece->size();
        if (!piece->empty()) return piece;
        if (state_ == state::member && packed_.empty()) return std::string_view{};
    }
}

base::result<void> gzip_reader::finish() const {
    if (state_ == state::between || state_ == state::padding) return {};
    return refused(errc::damaged, "it ends in the middle");
}

}  // namespace gangway::archive
