// remove, copy, checksum: the operations that can be any amount of work.
#include "file_operation.hpp"

#include <gangway/api/one_shot_answers.hpp>
#include <gangway/crypto/hasher.hpp>
#include <gangway/net/file_checksum.hpp>
#include <gangway/net/file_copy.hpp>
#include <gangway/net/tree_remove.hpp>

#include <utility>

namespace gangway::api {
namespace {

class removal_operation final : public file_operation {
  public:
    explicit removal_operation(model::remote_path path) : path_(std::move(path)) {}
    net::async_result<answer> run(net::sftp_client& client) const override {
        const auto removed = co_await net::remove_tree(client, path_);
        if (!removed) co_return std::unexpected(removed.error());
        co_return removal_answer(path_, *removed);
    }

  private:
    model::remote_path path_;
};

class copy_operation final : public file_operation {
  public:
    copy_operation(model::remote_path from, model::remote_path to, bool overwrite)
        : from_(std::move(from)), to_(std::move(to)), overwrite_(overwrite) {}
    net::async_result<answer> run(net::sftp_client& client) const override {
        const auto copied = co_await net::copy_file(client, from_, to_, overwrite_);
        if (!copied) co_return std::unexpected(copied.error());
        co_return answer{.body = copy_answer(from_, to_, *copied)};
    }

  private:
    model::remote_path from_, to_;
    bool overwrite_;
};

class checksum_operation final : public file_operation {
  public:
    checksum_operation(model::remote_path path, crypto::digest_algorithm algorithm)
        : path_(std::move(path)), algorithm_(algorithm) {}
    net::async_result<answer> run(net::sftp_client& client) const override {
        const auto found = co_await net::checksum(client, path_, algorithm_);
        if (!found) co_return std::unexpected(found.error());
        co_return answer{.body = checksum_answer(path_, algorithm_, *found)};
    }
    [[nodiscard]] bool only_looks() const noexcept override { return true; }

  private:
    model::remote_path path_;
    crypto::digest_algorithm algorithm_;
};

}  // namespace

std::unique_ptr<file_operation> decode_remove(fields& from) {
    auto path = from.path("path");
    if (auto allowed = net::check_removable(path); from.ok() && !allowed) from.complain(std::move(allowed.error()));
    return std::make_unique<removal_operation>(std::move(path));
}

std::unique_ptr<file_operation> decode_copy(fields& from) {
    auto source = from.path("path");
    auto target = from.path("newPath");
    return std::make_unique<copy_operation>(std::move(source), std::move(target), from.flag("overwrite"));
}

std::unique_ptr<file_operation> decode_checksum(fields& from) {
    auto path = from.path("path");
    const auto algorithm = crypto::digest_algorithm_named(from.text("algorithm").value_or("sha256"));
    if (!algorithm) from.complain("algorithm", "\"algorithm\" must be \"sha256\", \"sha512\", \"sha1\" or \"md5\"");
    return std::make_unique<checksum_operation>(std::move(path), algorithm.value_or(crypto::digest_algorithm::sha256));
}

}  // namespace gangway::api
