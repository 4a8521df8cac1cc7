#include "content_intake.hpp"

namespace gangway::transfer {

content_intake::content_intake(model::unpacking how, std::uint64_t packed_size) {
    if (how != model::unpacking::gzip) return;
    unpacker_.emplace(most_unpacked(packed_size));
    unpacked_.emplace(unpacked_content{.how = how});
}

base::result<void> content_intake::write(std::string_view octets, sink::writer& to) {
    arrived_.update(octets);
    if (!unpacker_) return to.write(octets);
    unpacker_->gzip.feed(octets);
    for (;;) {
        const auto piece = unpacker_->gzip.next();
        if (!piece) return std::unexpected(piece.error());
        if (piece->empty()) return {};
        unpacker_->content.update(*piece);
        unpacked_->size += piece->size();
        if (auto written = to.write(*piece); !written) return written;
    }
}

base::result<void> content_intake::finish() {
    arrived_sha256_ = arrived_.finish();
    if (!unpacker_) return {};
    unpacked_->sha256 = unpacker_->content.finish();
    return unpacker_->gzip.finish();
}

}  // namespace gangway::transfer
