#include "testing/managing.hpp"

#include <gmock/gmock.h>

namespace gangway::api {
namespace {

/// A session of the connection c1, which may not leave /home/acme.
class managed_session : public testing::managing {
  protected:
    managed_session() {
        write([&](store::transaction& tx) {
            auto row = *store::connections::find(tx, "c1");
            row.path_root = "/home/acme";
            row.authentication = store::authentication::password;
            EXPECT_EQ(store::connections::update(tx, row), store::changed::done);
            store::host_keys::expect(tx, "c1", "SHA256:uNiVztksCsDhcc0u9e8BrJQXdUhLQJr1mZ2lQ7b4Z0c");
            store::secrets::put(tx,
                                secrets.seal({store::secrets::of_connection, "c1", vault::password_purpose}, "hush"));
        });
    }
    answer open(std::string text) {
        wiped_octets body(text.begin(), text.end());
        auto from = fields::from_json(body);
        return run(open_session(with, *std::move(from), std::move(body)));
    }
    std::string session() {
        const auto made = open(R"({"connection":"c1"})");
        EXPECT_EQ(made.status, 201U) << made.body;
        return header(made, "Location");
    }
    static std::vector<resource_request::owned_field> upload_to(std::string_view base64_path) {
        return {{"Tus-Resumable", "1.0.0"},
                {"Upload-Length", "3"},
                {"Upload-Metadata", "path " + std::string{base64_path}}};
    }
};

TEST_F(managed_session, a_connection_stands_for_server_and_login) {
    const auto made = open(R"({"connection":"c1"})");
    ASSERT_EQ(made.status, 201U) << made.body;
    EXPECT_EQ(text(made, "host"), "h");
    EXPECT_EQ(text(made, "username"), "u");
    ASSERT_EQ(servers.targets.size(), 1U);
    EXPECT_EQ(servers.targets[0].path_root, "/home/acme");
    EXPECT_TRUE(servers.targets[0].managed);
}

TEST_F(managed_session, a_connection_and_a_server_are_too_much_and_an_unknown_one_is_not_there) {
    EXPECT_EQ(text(open(R"({"connection":"c1","host":"h"})"), "field"), "host");
    EXPECT_EQ(open(R"({"connection":"c9"})").status, 404U);
    EXPECT_EQ(text(open("{}"), "field"), "host");
    with.managed = nullptr;
    EXPECT_EQ(open(R"({"connection":"c1"})").status, 404U);
    EXPECT_TRUE(servers.targets.empty());
}

TEST_F(managed_session, files_stay_under_the_path_root) {
    const auto at = session();
    EXPECT_EQ(ask("GET", at + "/files/etc/passwd").status, 403U);
    EXPECT_EQ(servers.targets.size(), 1U) << "nothing was asked of the server";
    ask("DELETE", at + "/files/home/acme/a");
    ASSERT_GT(servers.targets.size(), 1U);
    ASSERT_EQ(servers.targets[1].paths.size(), 1U);
    EXPECT_EQ(servers.targets[1].paths[0].octets(), "/home/acme/a");
}

TEST_F(managed_session, uploads_stay_under_the_path_root) {
    const auto at = session();
    EXPECT_EQ(ask("POST", at + "/uploads", "", upload_to("L2V0Yy9h")).status, 403U) << "/etc/a";
    EXPECT_EQ(ask("POST", at + "/uploads", "", upload_to("Li4vYQ==")).status, 403U) << "../a";
    EXPECT_EQ(servers.targets.size(), 1U);
    ask("POST", at + "/uploads", "", upload_to("aW4vYQ=="));
    ASSERT_GT(servers.targets.size(), 1U);
    ASSERT_EQ(servers.targets[1].paths.size(), 1U);
    EXPECT_EQ(servers.targets[1].paths[0].octets(), "/home/acme/in/a");
}

}  // namespace
}  // namespace gangway::api
