#include "local_writer.hpp"

#include <gangway/base/escape.hpp>

#include <fcntl.h>
#include <sys/stat.h>

namespace gangway::sink {
namespace {

constexpr std::string_view ending = ".part";

}  // namespace

std::string temporary_name(std::string_view evidence) {
    return std::string{evidence}.append(ending);
}

std::optional<claim> owner_of(std::string_view name) {
    if (!name.ends_with(ending)) return {};
    return parse_claim(name.substr(0, name.size() - ending.size()));
}

base::result<std::unique_ptr<writer>> local_writer::create(int folder, const claim& owner, mode_t mode) {
    const auto name = temporary_name(claim_text(owner));
    const auto open = [&] {
        return ::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    };
    descriptor file{uninterrupted(open)};
    if (!file && errno == EEXIST && ::unlinkat(folder, name.c_str(), 0) == 0) file = descriptor{uninterrupted(open)};
    if (!file) return std::unexpected(system_failure("make a temporary file", errno));
    auto made = std::make_unique<local_writer>(folder, claim_text(owner), std::move(file));
    if (::fchmod(made->file_.get(), mode) != 0) return std::unexpected(system_failure("set the mode of a file", errno));
    return made;
}

local_writer::~local_writer() {
    if (owns_file_) ::unlinkat(folder_, temporary_name(owner_).c_str(), 0);
}

base::result<void> local_writer::write(std::string_view octets) {
    while (!octets.empty()) {
        const auto count = uninterrupted([&] { return ::write(file_.get(), octets.data(), octets.size()); });
        if (count < 0) return std::unexpected(system_failure("write a file", errno));
        octets.remove_prefix(static_cast<std::size_t>(count));
        size_ += static_cast<std::uint64_t>(count);
    }
    return {};
}

base::result<void> local_writer::finish(const model::destination_key& key, std::string_view sha256) {
    staged_ = staged_file{.key = key, .size = size_, .sha256 = std::string{sha256}, .evidence = owner_};
    return {};
}

base::result<staged_file> local_writer::stage(bool synced_already) {
    if (!synced_already && uninterrupted([&] { return ::fsync(file_.get()); }) != 0)
        return std::unexpected(system_failure("sync " + base::escape(staged_->key.text()), errno));
    file_ = {};
    owns_file_ = false;
    return *staged_;
}

}  // namespace gangway::sink
