#include "testing/scripted_server.hpp"

#include <gangway/net/file_operations.hpp>
#include <gangway/sftp/errors.hpp>

#include <gtest/gtest.h>

#include <map>

namespace gangway::net {
namespace {

using sftp::packet_type;
using sftp::status_code;
using testing::scripted_server;
using testing::seen_request;

constexpr std::uint32_t folder_mode = 0040755, file_mode = 0100644;

model::remote_path path(std::string octets) {
    return *model::remote_path::parse(std::move(octets));
}

/// Says for each request type what every request of that type gets, and FAILURE to the others; LSTAT and STAT know the
/// modes of the paths in `there`.
struct simple_server {
    std::map<packet_type, status_code> answers{};
    std::map<std::string, std::uint32_t, std::less<>> there{};
    std::vector<std::vector<std::string>> batches{};  ///< what READDIR gives, one after the other
    std::size_t next_batch = 0;

    void operator()(scripted_server& far, const seen_request& request) {
        switch (request.type) {
            case packet_type::lstat:
                return look(far, request.id, request.as<sftp::lstat_request>().path);
            case packet_type::stat:
                return look(far, request.id, request.as<sftp::stat_request>().path);
            case packet_type::readdir:
                return batch(far, request.id);
            case packet_type::close:
                return far.status(request.id, status_code::ok);
            default:
                break;
        }
        const auto found = answers.find(request.type);
        if (found == answers.end()) return far.status(request.id, status_code::failure, "Failure");
        if (request.type == packet_type::opendir && found->second == status_code::ok)
            return far.reply(request.id, sftp::handle_reply{.handle = "h"});
        far.status(request.id, found->second);
    }

    void look(scripted_server& far, sftp::request_id id, std::string_view where) const {
        const auto found = there.find(where);
        if (found == there.end()) return far.status(id, status_code::no_such_file);
        far.reply(id, sftp::attrs_reply{.attrs = {.permissions = found->second}});
    }
    void batch(scripted_server& far, sftp::request_id id) {
        if (next_batch == batches.size()) return far.status(id, status_code::eof);
        std::vector<std::pair<std::string, sftp::attributes>> entries;
        for (const auto& name : batches[next_batch++])
            entries.emplace_back(name, sftp::attributes{});
        far.names(id, entries);
    }
};

/// Runs one operation against `behaviour` and returns what it returned.
template <class T>
base::result<T> outcome_of(scripted_server& server, std::function<async_result<T>(sftp_client&)> operation) {
    std::optional<base::result<T>> outcome;
    run_with_client(server, [&](sftp_client& client) -> awaitable<void> {
        outcome = co_await operation(client);
        // What was sent and forgotten goes out before the client does.
        co_await asio::post(client.executor(), asio::use_awaitable);
    });
    return std::move(*outcome);
}

base::result<listing> listed(simple_server behaviour, listing_limits limits = {}) {
    scripted_server server{std::move(behaviour)};
    auto found =
        outcome_of<listing>(server, [&](sftp_client& client) { return list_directory(client, path("d"), limits); });
    EXPECT_EQ(server.count(packet_type::close), server.count(packet_type::readdir) != 0 ? 1U : 0U);
    return found;
}

simple_server folder_of(std::vector<std::vector<std::string>> batches) {
    return {.answers = {{packet_type::opendir, status_code::ok}}, .batches = std::move(batches)};
}

std::vector<std::string> names_of(const listing& found) {
    std::vector<std::string> names;
    for (const auto& entry : found.entries)
        names.push_back(entry.name);
    return names;
}

TEST(list_directory, batches_are_joined_in_order_without_the_dot_names) {
    const auto found = listed(folder_of({{".", "..", "b"}, {"a"}, {"c", "a\xff"}}));
    EXPECT_EQ(names_of(found.value()), (std::vector<std::string>{"b", "a", "c", "a\xff"}));
    EXPECT_EQ(found->dropped, 0U);
}

TEST(list_directory, names_that_no_entry_can_have_are_counted_and_left_out) {
    const auto found = listed(folder_of({{"", "a/b", std::string("n\0l", 3), "..x", "ok"}}));
    EXPECT_EQ(names_of(found.value()), (std::vector<std::string>{"..x", "ok"}));
    EXPECT_EQ(found->dropped, 3U);
}

TEST(list_directory, empty_batch_is_the_end) {
    EXPECT_EQ(names_of(listed(folder_of({{"a"}, {}, {"b"}})).value()), std::vector<std::string>{"a"});
}

TEST(list_directory, one_entry_beyond_the_limit_is_an_error_and_not_a_short_list) {
    EXPECT_TRUE(listed(folder_of({{"a", "b"}}), {.entries = 2}).has_value());
    EXPECT_EQ(listed(folder_of({{"a", "b", "c"}}), {.entries = 2}).error().code, errc::listing_too_large);
    EXPECT_TRUE(listed(folder_of({{"aa", "bb"}}), {.name_octets = 4}).has_value());
    EXPECT_EQ(listed(folder_of({{"aa", "bbb"}}), {.name_octets = 4}).error().code, errc::listing_too_large);
}

TEST(list_directory, server_that_never_ends_is_stopped_by_the_time_limit) {
    std::vector<std::vector<std::string>> same(1000, {"again"});
    EXPECT_EQ(listed(folder_of(same), {.duration = std::chrono::milliseconds{-1}}).error().code,
              errc::listing_too_large);
}

TEST(list_directory, failure_in_the_middle_is_an_error_and_closes_the_handle) {
    simple_server behaviour = folder_of({{"a"}});
    scripted_server server{[&](scripted_server& far, const seen_request& request) {
        if (request.type == packet_type::readdir && far.count(packet_type::readdir) > 1)
            return far.status(request.id, status_code::permission_denied, "no");
        behaviour(far, request);
    }};
    const auto found =
        outcome_of<listing>(server, [](sftp_client& client) { return list_directory(client, path("d")); });
    EXPECT_EQ(found.error().message, "READDIR failed: PERMISSION_DENIED — no");
}

TEST(list_directory, file_is_no_such_folder_however_the_server_says_it) {
    for (const auto code : {status_code::failure, status_code::no_such_file, status_code::not_a_directory}) {
        const auto found = listed({.answers = {{packet_type::opendir, code}}, .there = {{"d", file_mode}}});
        EXPECT_EQ(found.error().code, sftp::errc::no_such_file);
        EXPECT_NE(found.error().message.find("not a folder"), std::string::npos);
    }
}

TEST(list_directory, missing_folder_that_the_server_calls_a_failure_is_no_such_file) {
    const auto found = listed({.answers = {{packet_type::opendir, status_code::failure}}});
    EXPECT_EQ(found.error().code, sftp::errc::no_such_file);
    EXPECT_EQ(found.error().message, "OPENDIR failed: FAILURE");
}

base::error failed(scripted_server& server, std::function<async_result<void>(sftp_client&)> operation) {
    const auto outcome = outcome_of<void>(server, std::move(operation));
    return outcome ? base::error{} : outcome.error();
}

TEST(rename, existing_target_is_refused_before_the_server_could_replace_it) {
    scripted_server server{simple_server{.answers = {{packet_type::rename, status_code::ok}},
                                         .there = {{"a", file_mode}, {"b", file_mode}}}};
    const auto why = failed(server, [](sftp_client& client) { return rename(client, path("a"), path("b"), false); });
    EXPECT_EQ(why.code, sftp::errc::already_exists);
    EXPECT_EQ(server.count(packet_type::rename), 0U);
}

TEST(rename, missing_source_is_what_the_server_reports_even_if_the_target_exists) {
    scripted_server server{
        simple_server{.answers = {{packet_type::rename, status_code::no_such_file}}, .there = {{"b", file_mode}}}};
    const auto why = failed(server, [](sftp_client& client) { return rename(client, path("a"), path("b"), false); });
    EXPECT_EQ(why.code, sftp::errc::no_such_file);
}

TEST(rename, overwrite_uses_posix_rename_where_it_is_offered) {
    scripted_server server{[](scripted_server& far, const seen_request& request) {
        EXPECT_TRUE(request.is<sftp::posix_rename_request>());
        far.status(request.id, status_code::ok);
    }};
    server.announce("posix-rename@openssh.com", "1");
    EXPECT_FALSE(failed(server, [](sftp_client& client) { return rename(client, path("a"), path("b"), true); }).code);
    EXPECT_EQ(server.seen.size(), 1U);
}

TEST(rename, overwrite_without_posix_rename_never_removes_the_target) {
    scripted_server server{simple_server{.there = {{"a", file_mode}, {"b", file_mode}}}};
    const auto why = failed(server, [](sftp_client& client) { return rename(client, path("a"), path("b"), true); });
    EXPECT_EQ(why.code, sftp::errc::already_exists);
    EXPECT_EQ(server.count(packet_type::rename), 1U);
    EXPECT_EQ(server.count(packet_type::remove), 0U);
}

TEST(remove_directory, file_is_refused_without_asking_the_server_to_remove_it) {
    scripted_server server{
        simple_server{.answers = {{packet_type::rmdir, status_code::ok}}, .there = {{"f", file_mode}}}};
    const auto why = failed(server, [](sftp_client& client) { return remove_directory(client, path("f")); });
    EXPECT_EQ(why.code, sftp::errc::not_a_directory);
    EXPECT_EQ(server.count(packet_type::rmdir), 0U);
}

TEST(remove_directory, vague_failure_of_a_filled_folder_is_not_empty) {
    auto behaviour = folder_of({{".", "..", "x"}});
    behaviour.there = {{"d", folder_mode}};
    scripted_server server{behaviour};
    const auto why = failed(server, [](sftp_client& client) { return remove_directory(client, path("d")); });
    EXPECT_EQ(why.code, sftp::errc::not_empty);
    EXPECT_TRUE(why.message.starts_with("RMDIR failed: FAILURE — Failure"));
}

TEST(remove_directory, vague_failure_of_an_empty_folder_stays_what_it_was) {
    auto behaviour = folder_of({{".", ".."}});
    behaviour.there = {{"d", folder_mode}};
    scripted_server server{behaviour};
    EXPECT_EQ(failed(server, [](sftp_client& client) { return remove_directory(client, path("d")); }).code,
              sftp::errc::failure);
}

TEST(remove_file, folder_is_named_as_the_reason_of_a_vague_failure) {
    scripted_server server{simple_server{.there = {{"d", folder_mode}}}};
    const auto why = failed(server, [](sftp_client& client) { return remove_file(client, path("d")); });
    EXPECT_EQ(why.code, sftp::errc::is_a_directory);
    EXPECT_TRUE(why.message.starts_with("REMOVE failed: FAILURE — Failure"));
}

TEST(make_directory, name_that_is_taken_is_already_exists) {
    scripted_server server{simple_server{.there = {{"d", folder_mode}}}};
    const auto why = failed(server, [](sftp_client& client) { return make_directory(client, path("d"), {}); });
    EXPECT_EQ(why.code, sftp::errc::already_exists);
    EXPECT_TRUE(why.message.starts_with("MKDIR failed: FAILURE — Failure"));
}

TEST(make_directory, mode_is_set_again_because_the_server_takes_its_umask_off) {
    scripted_server server{
        simple_server{.answers = {{packet_type::mkdir, status_code::ok}, {packet_type::setstat, status_code::ok}}}};
    EXPECT_FALSE(
        failed(server, [](sftp_client& client) { return make_directory(client, path("d"), {.mode = 0177777}); }).code);
    ASSERT_EQ(server.seen.size(), 2U);
    EXPECT_EQ(server.seen[1].as<sftp::setstat_request>().attrs.permissions, 07777U);
}

/// MKDIR as on a real server: the parent must be there, the name must not.
scripted_server::script folders(std::map<std::string, std::uint32_t, std::less<>>& there) {
    return [&there](scripted_server& far, const seen_request& request) {
        if (request.type != packet_type::mkdir) return simple_server{.there = there}(far, request);
        const std::string wanted{request.as<sftp::mkdir_request>().path};
        const auto parent = path(wanted).parent().octets();
        if (parent != "." && !there.contains(parent)) return far.status(request.id, status_code::no_such_file);
        if (there.contains(wanted)) return far.status(request.id, status_code::failure);
        there[wanted] = folder_mode;
        far.status(request.id, status_code::ok);
    };
}

TEST(make_directory, parents_are_made_from_the_first_that_is_missing) {
    std::map<std::string, std::uint32_t, std::less<>> there{{"a", folder_mode}};
    scripted_server server{folders(there)};
    const auto make = [](sftp_client& client) { return make_directory(client, path("a/b/c/d"), {.parents = true}); };
    EXPECT_FALSE(failed(server, make).code);
    EXPECT_TRUE(there.contains("a/b/c/d"));
    EXPECT_FALSE(failed(server, make).code) << "an existing folder is no error with parents";
}

TEST(make_directory, parents_below_a_file_fail_and_make_nothing) {
    std::map<std::string, std::uint32_t, std::less<>> there{{"a", file_mode}};
    scripted_server server{folders(there)};
    const auto why =
        failed(server, [](sftp_client& client) { return make_directory(client, path("a"), {.parents = true}); });
    EXPECT_EQ(why.code, sftp::errc::already_exists);
}

/// Files in memory: OPEN, WRITE, FSTAT, SETSTAT, RENAME and REMOVE, as far as write_file needs them.
struct file_store {
    std::map<std::string, std::string, std::less<>> files{};
    std::map<std::string, std::string, std::less<>> open{};  ///< handle to path
    status_code on_write = status_code::ok, on_close = status_code::ok, on_rename = status_code::ok;

    void operator()(scripted_server& far, const seen_request& request) {
        const auto id = request.id;
        if (request.type == packet_type::open) {
            const auto wanted = request.as<sftp::open_request>();
            const auto handle = std::to_string(open.size());
            open[handle] = wanted.path;
            if ((wanted.flags & sftp::open_flag::truncate) != 0 || !files.contains(wanted.path))
                files[std::string{wanted.path}] = "";
            return far.reply(id, sftp::handle_reply{.handle = handle});
        }
        if (request.type == packet_type::write) {
            const auto wanted = request.as<sftp::write_request>();
            if (on_write != status_code::ok && wanted.offset > 0) return far.status(id, on_write, "disk full");
            auto& content = files[open.find(wanted.handle)->second];
            content.resize(std::max(content.size(), wanted.offset + wanted.data.size()));
            content.replace(wanted.offset, wanted.data.size(), wanted.data);
            return far.status(id, status_code::ok);
        }
        if (request.type == packet_type::fstat)
            return sized(far, id, open.find(request.as<sftp::fstat_request>().handle)->second);
        if (request.type == packet_type::stat) return sized(far, id, request.as<sftp::stat_request>().path);
        if (request.type == packet_type::lstat) return sized(far, id, request.as<sftp::lstat_request>().path);
        if (request.type == packet_type::close) return far.status(id, on_close, "quota");
        if (request.type == packet_type::remove) {
            files.erase(std::string{request.as<sftp::remove_request>().path});
            return far.status(id, status_code::ok);
        }
        if (request.is<sftp::posix_rename_request>()) {
            if (on_rename != status_code::ok) return far.status(id, on_rename);
            const auto wanted = request.as<sftp::posix_rename_request>();
            files[std::string{wanted.new_path}] = std::move(files[std::string{wanted.old_path}]);
            files.erase(std::string{wanted.old_path});
            return far.status(id, status_code::ok);
        }
        far.status(id, status_code::ok);
    }
    void sized(scripted_server& far, sftp::request_id id, std::string_view name) const {
        const auto found = files.find(name);
        if (found == files.end()) return far.status(id, status_code::no_such_file);
        far.reply(id, sftp::attrs_reply{.attrs = {.size = found->second.size(), .permissions = file_mode}});
    }
};

base::result<std::uint64_t> written(file_store& store, std::string_view content, write_options options) {
    scripted_server server{std::ref(store)};
    server.announce("posix-rename@openssh.com", "1");
    return outcome_of<std::uint64_t>(
        server, [&](sftp_client& client) { return write_file(client, path("d/f"), content, options); });
}

const std::string large(300'000, 'x');

TEST(write_file, whole_content_arrives_and_replaces_what_was_there) {
    for (const bool atomic : {false, true}) {
        file_store store{.files = {{"d/f", std::string(400'000, 'o')}}};
        EXPECT_EQ(written(store, large, {.atomic = atomic}).value(), large.size());
        EXPECT_EQ(store.files, (decltype(store.files){{"d/f", large}})) << atomic;
    }
}

TEST(write_file, empty_content_makes_an_empty_file) {
    file_store store{.files = {{"d/f", "old"}}};
    EXPECT_EQ(written(store, "", {}).value(), 0U);
    EXPECT_EQ(store.files["d/f"], "");
}

TEST(write_file, append_adds_to_the_end) {
    file_store store{.files = {{"d/f", "old "}}};
    EXPECT_EQ(written(store, "new", {.append = true}).value(), 3U);
    EXPECT_EQ(store.files["d/f"], "old new");
}

TEST(write_file, refused_write_is_reported) {
    file_store store{.on_write = status_code::failure};
    EXPECT_EQ(written(store, large, {}).error().message, "WRITE failed: FAILURE — disk full");
}

TEST(write_file, refused_close_is_reported) {
    file_store store{.on_close = status_code::failure};
    EXPECT_EQ(written(store, "x", {}).error().message, "CLOSE failed: FAILURE — quota");
}

TEST(write_file, server_that_keeps_less_than_it_acknowledged_is_found_out) {
    file_store store;
    scripted_server server{[&](scripted_server& far, const seen_request& request) {
        if (request.type == packet_type::write) return far.status(request.id, status_code::ok);
        store(far, request);
    }};
    const auto lost = outcome_of<std::uint64_t>(
        server, [](sftp_client& client) { return write_file(client, path("f"), "content", {}); });
    EXPECT_EQ(lost.error().code, errc::incomplete_write);
}

TEST(write_file, atomic_write_that_fails_leaves_the_old_file_and_no_temporary_one) {
    const decltype(file_store::files) before{{"d/f", "old"}};
    for (auto store : {file_store{.files = before, .on_write = status_code::failure},
                       file_store{.files = before, .on_close = status_code::failure},
                       file_store{.files = before, .on_rename = status_code::failure}}) {
        EXPECT_FALSE(written(store, large, {.atomic = true}).has_value());
        EXPECT_EQ(store.files, before);
    }
}

}  // namespace
}  // namespace gangway::net
