#include "testing/managing.hpp"
#include "testing/memory_files.hpp"

#include <gmock/gmock.h>

namespace gangway::api {
namespace {

using ::testing::HasSubstr;
using owned_fields = std::vector<resource_request::owned_field>;

/// A session, and uploads to /in/a on a server in memory.
class tus_routes : public testing::managing {
  protected:
    tus_routes() {
        servers.script = [this](const testing::sftp_request& asked) { return server(asked); };
        at = open_one();
    }
    ~tus_routes() override { EXPECT_EQ(servers.leases_alive, 0); }

    std::string open_one() {
        constexpr std::string_view login = R"({"host":"h","username":"u","password":"p"})";
        wiped_octets body(login.begin(), login.end());
        auto from = fields::from_json(body);
        return header(run(open_session(with, *std::move(from), std::move(body))), "Location");
    }
    static owned_fields tus(owned_fields more = {}) {
        more.push_back({"Tus-Resumable", "1.0.0"});
        return more;
    }
    static owned_fields octets(owned_fields more = {}) {
        more.push_back({"Content-Type", "application/offset+octet-stream"});
        return tus(std::move(more));
    }
    answer create(const std::string& length, owned_fields more = {}, const std::string& body = "") {
        more.push_back({"Upload-Metadata", "path L2luL2E="});
        if (!length.empty()) more.push_back({"Upload-Length", length});
        return ask("POST", at + "/uploads", body, octets(std::move(more)));
    }
    std::string created(const std::string& length) {
        const auto made = create(length);
        EXPECT_EQ(made.status, 201U) << made.body;
        return header(made, "Location");
    }
    answer patch(const std::string& upload, std::uint64_t offset, const std::string& body, owned_fields more = {}) {
        more.push_back({"Upload-Offset", std::to_string(offset)});
        return ask("PATCH", upload, body, octets(std::move(more)));
    }
    std::string offset(const std::string& upload) { return header(ask("HEAD", upload, "", tus()), "Upload-Offset"); }
    /// What was uploaded so far; nothing if that is not there.
    std::optional<std::string> part() {
        for (const auto& [name, content] : server.files)
            if (name.starts_with("/in/.gangway-")) return content;
        return std::nullopt;
    }
    [[nodiscard]] std::shared_ptr<stored_upload> stored(const std::string& upload) {
        const auto session = with.sessions.find(at.substr(at.rfind('/') + 1));
        return uploads.find(upload.substr(upload.rfind('/') + 1), *session);
    }

    testing::memory_files server{};
    std::string at{};  ///< the session
};

TEST_F(tus_routes, file_gets_its_name_with_its_last_octet) {
    const auto made = create("5");
    EXPECT_EQ(made.status, 201U);
    EXPECT_EQ(header(made, "Upload-Offset"), "0");
    EXPECT_THAT(header(made, "Upload-Expires"), HasSubstr(" GMT"));
    const auto upload = header(made, "Location");
    EXPECT_EQ(part(), "");
    auto told = patch(upload, 0, "hel");
    EXPECT_EQ(told.status, 204U);
    EXPECT_EQ(header(told, "Upload-Offset"), "3");
    EXPECT_EQ(part(), "hel");
    EXPECT_FALSE(server.files.contains("/in/a"));
    EXPECT_EQ(header(patch(upload, 3, "lo"), "Upload-Offset"), "5");
    EXPECT_EQ(server.files["/in/a"], "hello");
    EXPECT_EQ(part(), std::nullopt);
    EXPECT_EQ(offset(upload), "5");
    EXPECT_EQ(patch(upload, 5, "").status, 204U) << "asked again, it is still whole";
}

TEST_F(tus_routes, another_version_or_none_is_refused_before_anything_is_asked) {
    const auto upload = created("5");
    const auto asked = servers.targets.size();
    for (const owned_fields& version : {owned_fields{}, owned_fields{{"Tus-Resumable", "0.2.2"}}}) {
        for (const auto* const method : {"HEAD", "PATCH", "DELETE", "POST"}) {
            const auto refused = ask(method, upload, "", version);
            EXPECT_EQ(refused.status, 412U) << method;
            EXPECT_EQ(header(refused, "Tus-Version"), "1.0.0");
        }
        EXPECT_EQ(ask("POST", at + "/uploads", "", version).status, 412U);
    }
    EXPECT_EQ(servers.targets.size(), asked);
    EXPECT_EQ(ask("OPTIONS", upload, "", {}).status, 204U);
}

TEST_F(tus_routes, wrong_offset_tells_the_right_one_and_writes_nothing) {
    const auto upload = created("5");
    patch(upload, 0, "hel");
    for (const std::uint64_t wrong : {0U, 2U, 4U, 5U}) {
        const auto refused = patch(upload, wrong, "xx");
        EXPECT_EQ(refused.status, 409U);
        EXPECT_EQ(text(refused, "code"), "conflict");
        EXPECT_THAT(refused.body, HasSubstr("3"));
    }
    EXPECT_EQ(ask("PATCH", upload, "xx", octets()).status, 400U) << "none at all";
    EXPECT_EQ(part(), "hel");
}

TEST_F(tus_routes, more_than_the_length_is_refused) {
    const auto upload = created("5");
    EXPECT_EQ(patch(upload, 0, "hello!").status, 413U);
    EXPECT_EQ(offset(upload), "0");
}

TEST_F(tus_routes, length_may_be_told_later_and_once) {
    EXPECT_EQ(create("5", {{"Upload-Defer-Length", "1"}}).status, 400U) << "both";
    EXPECT_EQ(create("").status, 400U) << "neither";
    EXPECT_EQ(create("", {{"Upload-Defer-Length", "2"}}).status, 400U);
    const auto upload = header(create("", {{"Upload-Defer-Length", "1"}}), "Location");
    EXPECT_EQ(patch(upload, 0, "hel").status, 204U);
    EXPECT_EQ(header(ask("HEAD", upload, "", tus()), "Upload-Defer-Length"), "1");
    EXPECT_EQ(patch(upload, 3, "", {{"Upload-Length", "2"}}).status, 400U) << "less than is there";
    EXPECT_EQ(patch(upload, 3, "", {{"Upload-Length", "5"}}).status, 204U);
    EXPECT_EQ(patch(upload, 3, "", {{"Upload-Length", "6"}}).status, 400U);
    EXPECT_EQ(patch(upload, 3, "lo", {{"Upload-Length", "5"}}).status, 204U);
    EXPECT_EQ(server.files["/in/a"], "hello");
}

TEST_F(tus_routes, octets_with_a_wrong_checksum_do_not_count) {
    const auto upload = created("5");
    const owned_fields right{{"Upload-Checksum", "sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00="}};  // of "hello"
    const auto refused = patch(upload, 0, "hullo", right);
    EXPECT_EQ(refused.status, 460U);
    EXPECT_EQ(text(refused, "code"), "checksum_mismatch");
    EXPECT_EQ(offset(upload), "0");
    EXPECT_FALSE(server.files.contains("/in/a"));
    EXPECT_EQ(patch(upload, 0, "hello", right).status, 204U);
    EXPECT_EQ(server.files["/in/a"], "hello");
}

TEST_F(tus_routes, creation_whose_octets_are_wrong_leaves_neither_an_upload_nor_a_part) {
    const auto refused = create("5", {{"Upload-Checksum", "sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00="}}, "hullo");
    EXPECT_EQ(refused.status, 460U);
    EXPECT_EQ(header(refused, "Location"), "(none)");
    EXPECT_EQ(create("5", {}, "hello!").status, 413U);
    EXPECT_TRUE(server.files.empty());
}

TEST_F(tus_routes, creation_whose_octets_the_server_did_not_take_can_be_gone_on_with) {
    server.full_from = 2;
    const auto made = create("5", {}, "hello");
    EXPECT_EQ(made.status, 201U) << made.body;
    EXPECT_EQ(header(made, "Upload-Offset"), "0");
    server.full_from.reset();
    EXPECT_EQ(patch(header(made, "Location"), 0, "hello").status, 204U);
    EXPECT_EQ(server.files["/in/a"], "hello");
}

TEST_F(tus_routes, write_that_is_refused_counts_for_nothing) {
    const auto upload = created("8");
    patch(upload, 0, "hel");
    server.full_from = 4;
    const auto refused = patch(upload, 3, "lo!");
    EXPECT_GE(refused.status, 500U);
    EXPECT_THAT(refused.body, HasSubstr("No space left"));
    EXPECT_EQ(offset(upload), "3");
}

TEST_F(tus_routes, file_that_appears_meanwhile_is_kept_and_the_last_octet_does_not_count) {
    const auto upload = created("5");
    server.files["/in/a"] = "another";
    const auto refused = patch(upload, 0, "hello");
    EXPECT_EQ(refused.status, 409U);
    EXPECT_EQ(text(refused, "code"), "already_exists");
    EXPECT_EQ(server.files["/in/a"], "another");
    EXPECT_EQ(offset(upload), "4");
    server.files.erase("/in/a");
    EXPECT_EQ(patch(upload, 4, "o").status, 204U);
    EXPECT_EQ(server.files["/in/a"], "hello");
}

TEST_F(tus_routes, part_that_is_gone_from_the_server_ends_the_upload) {
    const auto upload = created("5");
    patch(upload, 0, "hel");
    server.files.clear();
    EXPECT_EQ(patch(upload, 3, "lo").status, 410U);
    EXPECT_EQ(ask("HEAD", upload, "", tus()).status, 410U);
    EXPECT_EQ(ask("HEAD", upload, "", tus()).status, 404U) << "it is forgotten";
}

TEST_F(tus_routes, part_that_became_shorter_is_gone_on_with_from_its_end) {
    const auto upload = created("5");
    patch(upload, 0, "hel");
    for (auto& [name, content] : server.files)
        content = "h";
    EXPECT_EQ(offset(upload), "1");
    EXPECT_EQ(patch(upload, 3, "lo").status, 409U);
    EXPECT_EQ(patch(upload, 1, "ello").status, 204U);
    EXPECT_EQ(server.files["/in/a"], "hello");
}

TEST_F(tus_routes, only_one_request_at_a_time_changes_an_upload) {
    const auto upload = created("5");
    {
        const auto other = upload_lock::take(stored(upload));
        ASSERT_TRUE(other);
        EXPECT_EQ(patch(upload, 0, "hello").status, 423U);
        EXPECT_EQ(ask("DELETE", upload, "", tus()).status, 423U);
        EXPECT_EQ(offset(upload), "0") << "but anybody may look";
    }
    EXPECT_EQ(patch(upload, 0, "hello").status, 204U);
    EXPECT_TRUE(upload_lock::take(stored(upload))) << "and lets it go";
}

TEST_F(tus_routes, ended_upload_takes_its_part_along_and_leaves_what_is_whole) {
    auto upload = created("5");
    server.refuses_removal = true;
    EXPECT_EQ(ask("DELETE", upload, "", tus()).status, 403U);
    EXPECT_EQ(offset(upload), "0") << "it can be ended again";
    server.refuses_removal = false;
    EXPECT_EQ(ask("DELETE", upload, "", tus()).status, 204U);
    EXPECT_TRUE(server.files.empty());
    EXPECT_EQ(ask("DELETE", upload, "", tus()).status, 404U);
    upload = created("5");
    patch(upload, 0, "hello");
    EXPECT_EQ(ask("DELETE", upload, "", tus()).status, 204U);
    EXPECT_EQ(server.files["/in/a"], "hello");
}

TEST_F(tus_routes, upload_is_that_of_its_session_alone) {
    const auto upload = created("5");
    const auto name = upload.substr(upload.rfind('/'));
    at = open_one();
    EXPECT_EQ(ask("HEAD", at + "/uploads" + name, "", tus()).status, 404U);
    EXPECT_EQ(patch(at + "/uploads" + name, 0, "hello").status, 404U);
    EXPECT_EQ(ask("DELETE", at + "/uploads" + name, "", tus()).status, 404U);
    EXPECT_EQ(part(), "");
    EXPECT_EQ(ask("HEAD", "/api/v1/sessions/none/uploads" + name, "", tus()).status, 404U);
}

TEST_F(tus_routes, post_may_stand_for_other_methods) {
    const auto upload = created("5");
    EXPECT_EQ(ask("POST", upload, "hello", octets({{"Upload-Offset", "0"}})).status, 405U);
    EXPECT_EQ(
        ask("POST", upload, "hello", octets({{"Upload-Offset", "0"}, {"X-HTTP-Method-Override", "PATCH"}})).status,
        204U);
    EXPECT_EQ(server.files["/in/a"], "hello");
    EXPECT_EQ(ask("POST", upload, "", tus({{"X-HTTP-Method-Override", "DELETE"}})).status, 204U);
}

TEST_F(tus_routes, body_of_another_type_and_parts_of_others_are_refused) {
    const auto upload = created("5");
    EXPECT_EQ(ask("PATCH", upload, "hello", tus({{"Upload-Offset", "0"}, {"Content-Type", "text/plain"}})).status,
              415U);
    EXPECT_EQ(create("5", {{"Upload-Concat", "partial"}}).status, 400U);
    EXPECT_EQ(create("9007199254740992").status, 413U);
    EXPECT_EQ(offset(upload), "0");
}

}  // namespace
}  // namespace gangway::api
