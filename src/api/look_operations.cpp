// stat, lstat, readlink, realpath, statvfs: the operations that only look.
#include "file_operation.hpp"

#include <gangway/api/one_shot_answers.hpp>
#include <gangway/net/file_operations.hpp>

#include <utility>

namespace gangway::api {
namespace {

/// One call of `net` with a path, and how its result is written.
template <class Found>
class look_operation final : public file_operation {
  public:
    using look = net::async_result<Found> (*)(net::sftp_client&, model::remote_path);
    using writer = std::string (*)(const model::remote_path&, const Found&);

    look_operation(model::remote_path path, look call, writer write)
        : path_(std::move(path)), call_(call), write_(write) {}
    net::async_result<answer> run(net::sftp_client& client) const override {
        auto found = co_await call_(client, path_);
        if (!found) co_return std::unexpected(std::move(found.error()));
        co_return answer{.body = write_(path_, *found)};
    }
    [[nodiscard]] bool only_looks() const noexcept override { return true; }

  private:
    model::remote_path path_;
    look call_;
    writer write_;
};

std::string link_answer(const model::remote_path& path, const std::string& target) {
    return plain_answer({{"path", path.octets()}, {"target", target}});
}

std::string real_path_answer(const model::remote_path& path, const std::string& real) {
    return plain_answer({{"path", path.octets()}, {"realPath", real}});
}

}  // namespace

std::unique_ptr<file_operation> decode_stat(fields& from) {
    return std::make_unique<look_operation<sftp::attributes>>(from.path("path"), net::stat, stat_answer);
}

std::unique_ptr<file_operation> decode_lstat(fields& from) {
    return std::make_unique<look_operation<sftp::attributes>>(from.path("path"), net::lstat, stat_answer);
}

std::unique_ptr<file_operation> decode_readlink(fields& from) {
    return std::make_unique<look_operation<std::string>>(from.path("path"), net::read_link, link_answer);
}

std::unique_ptr<file_operation> decode_realpath(fields& from) {
    return std::make_unique<look_operation<std::string>>(from.path("path"), net::real_path, real_path_answer);
}

std::unique_ptr<file_operation> decode_statvfs(fields& from) {
    return std::make_unique<look_operation<sftp::statvfs_reply>>(from.path("path"), net::file_system, statvfs_answer);
}

}  // namespace gangway::api
