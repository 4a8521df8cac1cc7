// delete, rmdir, mkdir, rename, setstat, symlink: the operations that change something and say only that they did.
#include "file_operation.hpp"

#include <gangway/api/one_shot_answers.hpp>
#include <gangway/net/file_operations.hpp>

#include <limits>
#include <utility>

namespace gangway::api {
namespace {

/// An operation that is one call with `Arguments`, and whose answer repeats what it was asked.
template <class Arguments>
class change_operation final : public file_operation {
  public:
    explicit change_operation(Arguments arguments) : arguments_(std::move(arguments)) {}
    net::async_result<answer> run(net::sftp_client& client) const override {
        auto done = co_await arguments_.apply(client);
        if (!done) co_return std::unexpected(std::move(done.error()));
        co_return answer{.body = arguments_.answer()};
    }

  private:
    Arguments arguments_;
};

template <class Arguments>
std::unique_ptr<file_operation> operation(Arguments arguments) {
    return std::make_unique<change_operation<Arguments>>(std::move(arguments));
}

struct one_path {
    model::remote_path path;
    [[nodiscard]] std::string answer() const { return plain_answer({{"path", path.octets()}}); }
};

struct deletion : one_path {
    net::async_result<void> apply(net::sftp_client& client) const { return net::remove_file(client, path); }
};

struct folder_removal : one_path {
    net::async_result<void> apply(net::sftp_client& client) const { return net::remove_directory(client, path); }
};

struct folder_creation : one_path {
    net::mkdir_options options;
    net::async_result<void> apply(net::sftp_client& client) const { return net::make_directory(client, path, options); }
};

struct attribute_change : one_path {
    sftp::attributes wanted;
    net::async_result<void> apply(net::sftp_client& client) const { return net::set_attributes(client, path, wanted); }
};

struct renaming {
    model::remote_path from, to;
    bool overwrite;
    net::async_result<void> apply(net::sftp_client& client) const { return net::rename(client, from, to, overwrite); }
    [[nodiscard]] std::string answer() const {
        return plain_answer({{"oldPath", from.octets()}, {"newPath", to.octets()}});
    }
};

struct link_creation {
    model::remote_path link, target;
    net::async_result<void> apply(net::sftp_client& client) const {
        return net::make_symlink(client, target.octets(), link);
    }
    [[nodiscard]] std::string answer() const {
        return plain_answer({{"path", link.octets()}, {"target", target.octets()}});
    }
};

std::optional<std::uint32_t> decode_id(fields& from, std::string_view name) {
    const auto id = from.integer(name, 0, std::numeric_limits<std::uint32_t>::max());
    if (!id) return std::nullopt;
    return static_cast<std::uint32_t>(*id);
}

/// SFTP version 3 sends owner and group, and both times, only together.
void both_or_none(fields& from, bool first, bool second, std::string_view first_name, std::string_view second_name) {
    if (first == second) return;
    const auto missing = first ? second_name : first_name;
    from.complain(missing, "\"" + std::string{missing} + "\" is missing: SFTP sets \"" + std::string{first_name} +
                               "\" and \"" + std::string{second_name} + "\" only together");
}

}  // namespace

std::unique_ptr<file_operation> decode_delete(fields& from) {
    return operation(deletion{{from.path("path")}});
}

std::unique_ptr<file_operation> decode_rmdir(fields& from) {
    return operation(folder_removal{{from.path("path")}});
}

std::unique_ptr<file_operation> decode_mkdir(fields& from) {
    return operation(
        folder_creation{{from.path("path")}, {.mode = from.mode("mode"), .parents = from.flag("parents")}});
}

std::unique_ptr<file_operation> decode_rename(fields& from) {
    return operation(renaming{from.path("oldPath"), from.path("newPath"), from.flag("overwrite")});
}

std::unique_ptr<file_operation> decode_setstat(fields& from) {
    attribute_change change{{from.path("path")}, {}};
    auto& wanted = change.wanted;
    if (const auto size = from.integer("size", 0, std::numeric_limits<std::int64_t>::max()))
        wanted.size = static_cast<std::uint64_t>(*size);
    wanted.permissions = from.mode("mode");
    wanted.uid = decode_id(from, "uid");
    wanted.gid = decode_id(from, "gid");
    wanted.atime = from.date("atime");
    wanted.mtime = from.date("mtime");
    both_or_none(from, wanted.uid.has_value(), wanted.gid.has_value(), "uid", "gid");
    both_or_none(from, wanted.atime.has_value(), wanted.mtime.has_value(), "atime", "mtime");
    if (wanted == sftp::attributes{})
        from.complain("mode",
                      "nothing to set: give \"mode\", \"uid\" and \"gid\", \"atime\" and \"mtime\", or \"size\"");
    return operation(std::move(change));
}

std::unique_ptr<file_operation> decode_symlink(fields& from) {
    auto link = from.path("path");
    auto target = from.link_target("target", link);
    return operation(link_creation{std::move(link), std::move(target)});
}

}  // namespace gangway::api
