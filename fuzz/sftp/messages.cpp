// Every message's decoder. The first octet chooses the message, the rest is its body. What is read has to be written
// the same again, but for what reading leaves out (longnames, extended attributes, a STATUS' oddities); then what was
// written has to be read as the same.

#include <gangway/sftp/messages.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace gangway::sftp;

namespace {

/// Walks sequences to their ends; plain fields need no walk.
struct walker {
    std::size_t items = 0;
    void operator()(const auto&... fields) { (walk(fields), ...); }
    void walk(const auto&) {}
    template <class T>
    void walk(const field::counted<T>& field) {
        for ([[maybe_unused]] const auto& item : field.items)
            ++items;
        if (items != field.count) std::abort();
    }
    template <class T>
    void walk(const field::until_end<T>& field) {
        for ([[maybe_unused]] const auto& item : field.items)
            ++items;
    }
    template <class T>
    void walk(const field::nested<T>& field) {
        for ([[maybe_unused]] const auto& item : field.items)
            ++items;
    }
};

template <class Message>
void read_and_write(std::string_view body) {
    const auto value = decode<Message>(body);
    if (!value) return;
    walker walk;
    value->fields(walk);

    // The reply's optional first word is skipped once; an algorithm of that name would be taken for it when read again.
    if constexpr (std::same_as<Message, check_file_reply>)
        if (value->algorithm == "check-file") return;

    std::string written;
    if (encode(written, 7, *value)) {
        // The other side may send more than we would: only then is it not written.
        if (body.size() <= max_message) std::abort();
        return;
    }
    const auto again = decode<Message>(std::string_view{written}.substr(4));
    std::string twice;
    if (!again || encode(twice, 7, *again) || twice != written) std::abort();
}

template <class... Messages>
void read_one(std::size_t choice, std::string_view body) {
    std::size_t index = 0;
    ((index++ == choice % sizeof...(Messages) ? read_and_write<Messages>(body) : void()), ...);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
    read_one<version_reply, status_reply, handle_reply, data_reply, name_reply, attrs_reply, path_reply, limits_reply,
             statvfs_reply, users_groups_reply, check_file_reply, init_request, open_request, close_request,
             read_request, write_request, stat_request, lstat_request, fstat_request, setstat_request, fsetstat_request,
             opendir_request, readdir_request, mkdir_request, rmdir_request, remove_request, rename_request,
             realpath_request, readlink_request, symlink_request, limits_request, posix_rename_request,
             hardlink_request, fsync_request, lsetstat_request, copy_data_request, statvfs_request, fstatvfs_request,
             users_groups_request, check_file_name_request, check_file_handle_request>(data[0], body);
    return 0;
}
