#include "testing/managing.hpp"

#include <gangway/sink/local_folder.hpp>
#include <gangway/store/files.hpp>
#include <gangway/store/secrets.hpp>
#include <gangway/transfer/folder_settings.hpp>

#include <gmock/gmock.h>

#include <array>
#include <chrono>

namespace gangway::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view all = "/api/v1/connections/c1/folders";

class pull_folder_routes : public testing::managing {
  protected:
    static std::string body(std::string_view name, std::string_view more = "") {
        return R"({"name":")" + std::string{name} +
               R"(","remoteFolder":"in","destination":{"to":"local","folder":"orders"})" + std::string{more} + "}";
    }
    std::string create(std::string_view name, std::string_view more = "") {
        const auto made = ask("POST", std::string{all}, body(name, more));
        EXPECT_EQ(made.status, 201U) << made.body;
        return "/api/v1/folders/" + text(made, "id");
    }
    std::optional<store::folder> row(const std::string& at) {
        return write(
            [id = at.substr(at.rfind('/') + 1)](store::transaction& tx) { return store::folders::find(tx, id); });
    }
    std::string secret_of(const std::string& at) {
        const auto sealed = write([id = at.substr(at.rfind('/') + 1)](store::transaction& tx) {
            return store::secrets::find(tx, store::secrets::of_folder, id, transfer::secret_access_key_purpose);
        });
        return sealed ? std::string{secrets.text(*sealed).value().view()} : "(none)";
    }
    static std::string field(const answer& refused) {
        return std::to_string(refused.status) + " " + text(refused, "field");
    }
};

constexpr std::string_view bucket =
    R"({"to":"s3","endpoint":"https://s3.example.com","bucket":"acme-in","accessKeyId":"AKIA1"})";
std::string with_secret(std::string_view secret) {
    return R"({"to":"s3","endpoint":"https://s3.example.com","bucket":"acme-in","accessKeyId":"AKIA1",)"
           R"("secretAccessKey":")" +
           std::string{secret} + R"("})";
}

TEST_F(pull_folder_routes, a_folder_is_made_with_its_destination_and_shown_whole) {
    const auto made = ask("POST", std::string{all},
                          body("orders", R"(,"rules":{"include":["*.csv"]},"schedule":{"every":"15m"},)"
                                         R"("expectedBy":{"like":"*.csv","cron":"0 6 * * *"})"));
    ASSERT_EQ(made.status, 201U) << made.body;
    const auto at = header(made, "Location");
    EXPECT_EQ(at, "/api/v1/folders/" + text(made, "id"));
    EXPECT_TRUE(at.starts_with("/api/v1/folders/fld_"));
    EXPECT_EQ(header(made, "ETag"), "\"1\"");
    EXPECT_TRUE(std::filesystem::is_directory(scratch / "pulled/orders"));
    const auto shown = ask("GET", at);
    EXPECT_EQ(shown.body, made.body);
    EXPECT_THAT(shown.body, HasSubstr(R"("include":["*.csv"],"exclude":[],"stable":{"by":"looks","apart":"2s"})"));
    EXPECT_THAT(shown.body, HasSubstr(R"("schedule":{"every":"15m"})"));
    EXPECT_THAT(shown.body, HasSubstr(R"("expectedBy":{"like":"*.csv","cron":"0 6 * * *","zone":"UTC"})"));
    EXPECT_THAT(shown.body, HasSubstr(R"({"to":"local","folder":")" + (scratch / "pulled/orders").string() + "\"}"));
    EXPECT_THAT(shown.body, Not(HasSubstr("identity")));
    const auto settings = transfer::read_folder_settings(row(at).value());
    ASSERT_TRUE(settings) << settings.error().message;
    const auto& local = std::get<transfer::local_destination>(settings->destination);
    EXPECT_TRUE(sink::open_local_folder(local.folder, local.identity));
    EXPECT_THAT(actions(), ElementsAre("token ops: folder.create"));
    EXPECT_EQ(pulled.woken, 1);
}

TEST_F(pull_folder_routes, whatever_is_wrong_is_named_and_nothing_is_made) {
    const std::array<std::pair<std::string, std::string>, 16> wrong{{
        {"{}", "400 name"},
        {R"({"name":"a"})", "400 destination"},
        {R"({"name":"","remoteFolder":"in"})", "400 name"},
        {R"({"name":"a","destination":{"to":"local","folder":"x"}})", "400 remoteFolder"},
        {R"({"name":"a","remoteFolder":"a/../b","destination":{"to":"local","folder":"x"}})", "400 remoteFolder"},
        {body("a", R"(,"colour":"red")"), "400 colour"},
        {body("a", R"(,"rules":[])"), "400 rules"},
        {body("a", R"(,"rules":{"stable":{"by":"looks","apart":"1s"}})"), "400 rules.stable.apart"},
        {body("a", R"(,"rules":{"\u006dore":1})"), "400 rules.more"},
        {body("a", R"(,"schedule":{"every":"1s"})"), "400 schedule.every"},
        {body("a", R"(,"expectedBy":{"like":"a"})"), "400 expectedBy.cron"},
        {body("a", R"(,"enabled":1)"), "400 enabled"},
        {R"({"name":"a","remoteFolder":"in","destination":{"to":"local","folder":"../x"}})", "400 destination.folder"},
        {R"({"name":"a","remoteFolder":"in","destination":{"to":"local","folder":"x","identity":"y"}})",
         "400 destination.identity"},
        {R"({"name":"a","remoteFolder":"in","destination":)" + std::string{bucket} + "}",
         "400 destination.secretAccessKey"},
        {R"({"name":"a","remoteFolder":"in","destination":{"to":"local","folder":"x","secretAccessKey":"s"}})",
         "400 destination.secretAccessKey"},
    }};
    for (const auto& [sent, told] : wrong)
        EXPECT_EQ(field(ask("POST", std::string{all}, sent)), told) << sent;
    EXPECT_THAT(ask("GET", std::string{all}).body, HasSubstr(R"("folders":[])"));
    EXPECT_TRUE(actions().empty());
    EXPECT_EQ(ask("POST", "/api/v1/connections/c9/folders", body("a")).status, 404U);
    EXPECT_EQ(ask("GET", "/api/v1/connections/c9/folders").status, 404U);
}

TEST_F(pull_folder_routes, a_remote_folder_stays_under_the_path_root) {
    write([](store::transaction& tx) {
        auto connection = *store::connections::find(tx, "c1");
        connection.path_root = "/home/acme";
        EXPECT_EQ(store::connections::update(tx, connection), store::changed::done);
    });
    const auto at = [](std::string_view where) {
        return R"({"name":"a","remoteFolder":")" + std::string{where} +
               R"(","destination":{"to":"local","folder":"x"}})";
    };
    EXPECT_EQ(ask("POST", std::string{all}, at("/etc")).status, 403U);
    EXPECT_EQ(ask("POST", std::string{all}, at("/home/acme/in")).status, 201U);
}

TEST_F(pull_folder_routes, names_are_given_once_in_a_connection_and_make_pages) {
    create("b");
    create("a");
    EXPECT_EQ(field(ask("POST", std::string{all}, body("a"))), "409 name");
    const auto first = ask("GET", std::string{all} + "?limit=1");
    EXPECT_EQ(text(first, "next"), "a");
    EXPECT_THAT(first.body, Not(HasSubstr(R"("name":"b")")));
    const auto second = ask("GET", std::string{all} + "?after=a");
    EXPECT_EQ(text(second, "next"), "(none)");
    EXPECT_THAT(second.body, HasSubstr(R"("name":"b")"));
}

TEST_F(pull_folder_routes, a_change_keeps_what_it_does_not_name) {
    const auto at = create("a", R"(,"rules":{"include":["*.csv"]},"schedule":{"every":"15m"},"enabled":false)");
    const auto before = row(at).value();
    EXPECT_FALSE(before.enabled);
    write([&](store::transaction& tx) { store::schedules::set(tx, before.id, store::timestamp{}, 0); });
    const auto renamed = ask("PATCH", at, R"({"name":"c"})");
    ASSERT_EQ(renamed.status, 200U) << renamed.body;
    EXPECT_EQ(header(renamed, "ETag"), "\"2\"");
    EXPECT_THAT(renamed.body, HasSubstr(R"("nextRunAt":"1970-01-01T00:00:00.000Z","failures":0)"));
    auto after = row(at).value();
    EXPECT_EQ(after.rules, before.rules);
    EXPECT_EQ(after.destination, before.destination);
    const auto on_request = ask("PATCH", at, R"({"schedule":null,"enabled":true})");
    EXPECT_THAT(on_request.body, HasSubstr(R"("schedule":null)"));
    EXPECT_THAT(on_request.body, Not(HasSubstr("nextRunAt"))) << "what was due was so by the schedule before";
    EXPECT_TRUE(row(at)->enabled);
    EXPECT_EQ(ask("PATCH", "/api/v1/folders/none", R"({"name":"c"})").status, 404U);
    EXPECT_THAT(actions(),
                ElementsAre("token ops: folder.change", "token ops: folder.change", "token ops: folder.create"));
}

TEST_F(pull_folder_routes, what_is_under_way_is_cleared_up_after_a_removal) {
    const auto at = create("a");
    const auto id = row(at)->id;
    ASSERT_EQ(ask("DELETE", at).status, 204U);
    EXPECT_THAT(pulled.asked, ElementsAre("prepare " + id, "removed " + id));
}

TEST_F(pull_folder_routes, what_was_on_its_way_to_another_place_is_pulled_again) {
    const auto at = create("a");
    const auto folder = row(at).value();
    const store::file_identity what{.folder_id = folder.id, .path = "x", .size = 1};
    const std::vector<std::string> ids{store::file_id(what)};
    write([&](store::transaction& tx) {
        const auto held = *store::leases::take(tx, "c1", "n", std::chrono::hours{1});
        const store::files::fetched_file done[] = {{ids[0], "00", "x", ids[0] + "-1"}};
        EXPECT_TRUE(store::files::discover(tx, held, {&what, 1})[0]);
        EXPECT_TRUE(store::files::stabilise(tx, held, ids)[0]);
        EXPECT_TRUE(store::files::claim(tx, held, "r", ids)[0]);
        EXPECT_TRUE(store::files::fetch(tx, held, done)[0]);
    });
    const auto state = [&] {
        return write([&](store::transaction& tx) { return store::files::find(tx, ids[0])->state; });
    };
    ASSERT_EQ(ask("PATCH", at, R"({"name":"b","destination":{"to":"local","folder":"orders"}})").status, 200U);
    EXPECT_EQ(state(), store::file_state::fetched);
    EXPECT_THAT(pulled.asked, ::testing::IsEmpty());
    ASSERT_EQ(ask("PATCH", at, R"({"destination":{"to":"local","folder":"elsewhere"}})").status, 200U);
    EXPECT_EQ(state(), store::file_state::stable);
    EXPECT_THAT(pulled.asked, ElementsAre("removed " + folder.id));
}

TEST_F(pull_folder_routes, a_change_ends_the_pause_after_failures) {
    const auto at = create("a");
    const auto id = row(at)->id;
    write([&](store::transaction& tx) { store::schedules::set(tx, id, tx.now() + std::chrono::hours{1}, 9); });
    ASSERT_EQ(ask("PATCH", at, R"({"remoteFolder":"elsewhere"})").status, 200U);
    write([&](store::transaction& tx) {
        const auto due = store::schedules::find(tx, id);
        EXPECT_LE(due->next_due, tx.now());
        EXPECT_EQ(due->failures, 0);
    });
}

TEST_F(pull_folder_routes, a_change_and_a_removal_may_name_the_revision_that_they_saw) {
    const auto at = create("a");
    const auto if_match = [](std::string tag) {
        return std::vector<resource_request::owned_field>{{"If-Match", std::move(tag)},
                                                          {"Content-Type", "application/json"}};
    };
    EXPECT_EQ(ask("PATCH", at, R"({"name":"b"})", if_match("\"7\"")).status, 412U);
    EXPECT_EQ(ask("PATCH", at, R"({"name":"b"})", if_match("\"1\"")).status, 200U);
    EXPECT_EQ(ask("DELETE", at, "", if_match("\"1\"")).status, 412U);
    EXPECT_EQ(ask("DELETE", at, "", if_match("\"2\"")).status, 204U);
    EXPECT_EQ(ask("DELETE", at).status, 404U);
    EXPECT_EQ(ask("GET", at).status, 404U);
    EXPECT_EQ(actions().front(), "token ops: folder.delete");
}

TEST_F(pull_folder_routes, the_secret_of_a_bucket_is_sealed_and_never_shown) {
    const auto made = ask("POST", std::string{all},
                          R"({"name":"a","remoteFolder":"in","destination":)" + with_secret("hush\\u0021") + "}");
    ASSERT_EQ(made.status, 201U) << made.body;
    const auto at = header(made, "Location");
    EXPECT_EQ(secret_of(at), "hush!");
    for (const auto& shown : {made.body, ask("GET", at).body, ask("GET", std::string{all}).body, row(at)->destination})
        EXPECT_THAT(shown, Not(HasSubstr("hush"))) << shown;
    EXPECT_EQ(ask("PATCH", at, R"({"destination":)" + std::string{bucket} + "}").status, 200U);
    EXPECT_EQ(secret_of(at), "hush!") << "left out, it stays";
    EXPECT_EQ(ask("PATCH", at, R"({"destination":)" + with_secret("other") + "}").status, 200U);
    EXPECT_EQ(secret_of(at), "other");
    EXPECT_EQ(field(ask("PATCH", at, R"({"destination":)" + with_secret("a\\nb") + "}")),
              "400 destination.secretAccessKey");
    EXPECT_EQ(ask("PATCH", at, R"({"destination":{"to":"local","folder":"x"}})").status, 200U);
    EXPECT_EQ(secret_of(at), "(none)");
    EXPECT_EQ(field(ask("PATCH", at, R"({"destination":)" + std::string{bucket} + "}")),
              "400 destination.secretAccessKey");
}

TEST_F(pull_folder_routes, a_local_folder_lies_beneath_a_root_also_by_links) {
    const auto to = [&](const std::string& folder) {
        return ask("POST", std::string{all},
                   R"({"name":")" + std::to_string(actions().size()) +
                       R"(","remoteFolder":"in","destination":{"to":"local","folder":")" + folder + R"("}})");
    };
    std::filesystem::create_directories(scratch / "pulled");
    std::filesystem::create_directories(scratch / "outside");
    std::filesystem::create_directory_symlink(scratch / "outside", scratch / "pulled/link");
    for (const auto& wrong :
         {scratch.string() + "/outside", scratch.string() + "/pulled", scratch.string() + "/pulledx",
          std::string{"/etc"}, std::string{"link"}, std::string{"link/x"}, std::string{"a/../../b"}, std::string{"."},
          std::string{"a/"}, std::string{".gangway/x"}})
        EXPECT_EQ(field(to(wrong)), "400 destination.folder") << wrong;
    EXPECT_FALSE(std::filesystem::exists(scratch / "outside/x"));
    EXPECT_EQ(to("deep/er").status, 201U);
    EXPECT_EQ(to(scratch.string() + "/b/c").status, 201U);
    managed.pull_roots.clear();
    EXPECT_EQ(field(to("x")), "400 destination.folder");
}

}  // namespace
}  // namespace gangway::api
