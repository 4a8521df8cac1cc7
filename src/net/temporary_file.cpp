#include <gangway/crypto/digest.hpp>
#include <gangway/net/file_operations.hpp>
#include <gangway/net/temporary_file.hpp>

#include <tuple>

namespace gangway::net {

base::result<model::remote_path> temporary_name_beside(const model::remote_path& target) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string name = ".gangway-";
    for (const char octet : crypto::random_bytes(8)) {
        name += digits[static_cast<unsigned char>(octet) >> 4];
        name += digits[static_cast<unsigned char>(octet) & 15];
    }
    return target.parent().child(name + ".part");
}

base::result<temporary_file> temporary_file::beside(sftp_client& client, const model::remote_path& target) {
    auto path = temporary_name_beside(target);
    if (!path) return std::unexpected(std::move(path.error()));
    return temporary_file{client, *std::move(path)};
}

temporary_file::~temporary_file() {
    if (client_ != nullptr) client_->send_and_forget(sftp::remove_request{.path = path_.octets()});
}

async_result<void> temporary_file::publish(model::remote_path target, bool overwrite) {
    auto published = co_await rename(*client_, path_, std::move(target), overwrite);
    if (published)
        client_ = nullptr;
    else
        co_await discard();
    co_return published;
}

awaitable<void> temporary_file::discard() {
    std::ignore = co_await client_->perform(sftp::remove_request{.path = path_.octets()});
    client_ = nullptr;
}

}  // namespace gangway::net
