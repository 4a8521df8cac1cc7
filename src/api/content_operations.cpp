// list, download, upload: the operations whose bodies can be large.
#include "file_operation.hpp"

#include <gangway/api/one_shot_answers.hpp>
#include <gangway/base/base64.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/sftp/errors.hpp>

#include <utility>

namespace gangway::api {
namespace {

constexpr std::size_t longest_download = 4U * 1024 * 1024;

class list_operation final : public file_operation {
  public:
    explicit list_operation(model::remote_path path) : path_(std::move(path)) {}
    net::async_result<answer> run(net::sftp_client& client) const override {
        auto found = co_await net::list_directory(client, path_);
        // OpenSSH's own answer for a file: there is no folder of this name. So it is for every server.
        if (!found && found.error().code == sftp::errc::not_a_directory) found.error().code = sftp::errc::no_such_file;
        if (!found) co_return std::unexpected(std::move(found.error()));
        co_return answer{.body = listing_answer(path_, *found)};
    }
    [[nodiscard]] bool only_looks() const noexcept override { return true; }

  private:
    model::remote_path path_;
};

class download_operation final : public file_operation {
  public:
    explicit download_operation(model::remote_path path) : path_(std::move(path)) {}
    net::async_result<answer> run(net::sftp_client& client) const override {
        auto content = co_await net::read_file(client, path_, longest_download);
        if (!content) co_return std::unexpected(std::move(content.error()));
        co_return answer{.body = download_answer(path_, *content)};
    }
    [[nodiscard]] bool only_looks() const noexcept override { return true; }

  private:
    model::remote_path path_;
};

class upload_operation final : public file_operation {
  public:
    upload_operation(model::remote_path path, std::string content, net::write_options options)
        : path_(std::move(path)), content_(std::move(content)), options_(options) {}
    net::async_result<answer> run(net::sftp_client& client) const override {
        auto written = co_await net::write_file(client, path_, content_, options_);
        if (!written) co_return std::unexpected(std::move(written.error()));
        co_return answer{.body = upload_answer(path_, *written)};
    }

  private:
    model::remote_path path_;
    std::string content_;
    net::write_options options_;
};

std::string decode_content(fields& from) {
    const auto given = from.required_content("content");
    if (from.text("encoding").value_or("base64") != "base64") return std::string{given};
    auto octets = base::from_base64(given);
    if (!octets)
        from.complain("content", "\"content\" is not base64; for plain text, say so with \"encoding\": \"utf-8\"");
    return std::move(octets).value_or(std::string{});
}

}  // namespace

std::unique_ptr<file_operation> decode_list(fields& from) {
    auto path = from.octets("path").value_or(std::string{});
    auto checked = model::remote_path::parse(path.empty() ? "." : std::move(path));
    if (checked) return std::make_unique<list_operation>(from.confined(*checked, "path"));
    from.complain(std::move(checked.error()));
    return nullptr;
}

std::unique_ptr<file_operation> decode_download(fields& from) {
    return std::make_unique<download_operation>(from.path("path"));
}

std::unique_ptr<file_operation> decode_upload(fields& from) {
    auto path = from.path("path");
    auto content = decode_content(from);
    const net::write_options options{.mode = from.mode("mode"),
                                     .append = from.flag("append"),
                                     .parents = from.flag("parents"),
                                     .atomic = from.flag("atomic")};
    if (options.append && options.atomic)
        from.complain("atomic", "\"append\" and \"atomic\" exclude each other: appending changes the file in place");
    return std::make_unique<upload_operation>(std::move(path), std::move(content), options);
}

}  // namespace gangway::api
