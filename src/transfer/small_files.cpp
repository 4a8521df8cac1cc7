#include "small_files.hpp"

#include "run_scope.hpp"

#include <gangway/sftp/errors.hpp>

#include <algorithm>
#include <utility>

namespace gangway::transfer {
namespace {

constexpr std::uint64_t usual_handles = 100;  ///< that every server is believed to have, where it does not tell
constexpr std::size_t most_files = 768;
constexpr std::uint64_t most_octets = 16UL * 1024 * 1024;

}  // namespace

small_files::small_files(net::sftp_client& client, model::remote_path root, std::vector<wanted_file> files)
    : client_(client), root_(std::move(root)), files_(std::move(files)), calls_(client) {
    const auto& told = client_.features().limits;
    const auto handles = std::min<std::uint64_t>(told.open_handles.value_or(usual_handles), 4096);
    most_ = std::clamp<std::size_t>(handles * 3 / 4, 1, most_files);
    chunk_ = told.read;
}

std::uint64_t small_files::tag_of(label of) noexcept {
    return (std::uint64_t{of.slot} << 32U) | (std::uint64_t{of.part} << 8U) | static_cast<std::uint64_t>(of.what);
}

small_files::label small_files::label_of(std::uint64_t tag) noexcept {
    return {static_cast<step>(tag & 0xFFU), static_cast<std::uint32_t>(tag >> 32U),
            static_cast<std::uint32_t>(tag >> 8U) & 0xFFFFFFU};
}

template <class Request>
bool small_files::send(in_flight& file, const Request& request, label of) {
    const auto started = calls_.start(request, tag_of(of));
    if (started) {
        ++file.waiting;
        return true;
    }
    if (!file.failure) file.failure = started.error();
    return false;
}

void small_files::fill() {
    while (next_ < files_.size() && flying_.size() < most_ &&
           (flying_.empty() || octets_ + files_[next_].size <= most_octets)) {
        const auto slot = static_cast<std::uint32_t>(next_);
        auto& file = flying_[slot];
        file.what = std::move(files_[next_++]);
        octets_ += file.what.size;
        const auto path = root_.child(file.what.path);
        if (!path)
            file.failure = path.error();
        else
            send(file, sftp::open_request{.path = path->octets(), .flags = sftp::open_flag::read},
                 {step::open, slot, 0});
        if (auto lost = taken(slot)) refused_.push_back(std::move(*lost));
    }
}

net::async_result<std::optional<fetched_file>> small_files::next() {
    for (;;) {
        fill();
        if (!refused_.empty()) {
            std::optional<fetched_file> file{std::move(refused_.back())};
            refused_.pop_back();
            co_return file;
        }
        if (calls_.outstanding() == 0) co_return std::optional<fetched_file>{};
        auto ended = co_await calls_.next();
        if (!ended.answer) co_return std::unexpected(std::move(ended.answer.error()));
        const auto of = label_of(ended.tag);
        auto& file = flying_.at(of.slot);
        --file.waiting;
        if (of.what == step::read) {
            part_arrived(file, of.part, std::move(*ended.answer));
        } else {
            of.what == step::open ? opened(of.slot, *ended.answer) : looked(file, *ended.answer);
            client_.recycle(std::move(*ended.answer));
        }
        if (auto whole = taken(of.slot)) co_return whole;
    }
}

/// All goes out together: a server does what concerns one handle in the order it came (draft section 6.1). One octet
/// more than expected is asked for, to see that the file really ends there.
void small_files::opened(std::uint32_t slot, const sftp::reply& answer) {
    auto& file = flying_.at(slot);
    const auto handle = answer.as<sftp::handle_reply>();
    if (!handle) {
        file.failure = handle.error();
        return;
    }
    send(file, sftp::fstat_request{.handle = handle->handle}, {step::look, slot, 0});
    for (std::uint64_t offset = 0; offset <= file.what.size; offset += chunk_) {
        const auto length = static_cast<std::uint32_t>(std::min(chunk_, file.what.size + 1 - offset));
        const auto part = static_cast<std::uint32_t>(file.parts++);
        send(file, sftp::read_request{.handle = handle->handle, .offset = offset, .length = length},
             {step::read, slot, part});
    }
    if (file.parts > 1) file.joined.resize(file.what.size);
    send(file, sftp::fstat_request{.handle = handle->handle}, {step::look, slot, 1});
    client_.send_and_forget(sftp::close_request{.handle = handle->handle});
}

/// A server that cannot tell leaves the number of octets to go by.
void small_files::looked(in_flight& file, const sftp::reply& answer) {
    const auto shown = answer.as<sftp::attrs_reply>();
    if (shown && differs(file.what, shown->attrs) && !file.failure) file.failure = source_changed(file.what);
}

void small_files::part_arrived(in_flight& file, std::uint32_t part, sftp::reply answer) {
    const auto offset = part * chunk_;
    const auto expected = std::min(chunk_, file.what.size - offset);
    const auto data = answer.as<sftp::data_reply>();
    const bool at_end = !data && data.error().code == sftp::errc::end_of_file;
    if (!data && !at_end) {
        if (!file.failure) file.failure = data.error();
        return;
    }
    const auto octets = at_end ? std::string_view{} : data->data;
    if (!at_end && octets.size() < expected) {
        file.in_pieces = true;
    } else if (octets.size() != expected) {
        if (!file.failure) file.failure = source_changed(file.what);
    } else if (file.parts > 1) {
        std::ranges::copy(octets, file.joined.begin() + static_cast<std::ptrdiff_t>(offset));
    } else if (!at_end) {
        file.frame = std::move(answer);
    }
}

/// The file, once nothing of it is outstanding.
std::optional<fetched_file> small_files::taken(std::uint32_t slot) {
    const auto found = flying_.find(slot);
    auto& file = found->second;
    if (file.waiting > 0) return std::nullopt;
    fetched_file done{.what = std::move(file.what), .in_pieces = file.in_pieces && !file.failure};
    octets_ -= done.what.size;
    if (file.failure)
        done.content = std::unexpected(std::move(*file.failure));
    else if (file.frame)
        done.content = net::whole_content{std::move(*file.frame)};
    else
        done.content = net::whole_content{std::move(file.joined)};
    flying_.erase(found);
    return done;
}

}  // namespace gangway::transfer
