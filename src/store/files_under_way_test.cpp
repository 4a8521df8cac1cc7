#include "testing/contract.hpp"

#include <gangway/store/file_entries.hpp>

#include <map>

// Files that are on their way when their folder is removed, or goes elsewhere.

namespace gangway::store {
namespace {

using namespace std::chrono_literals;
using enum file_state;

/// Two folders, each with a file in every state that is on the way.
class files_under_way : public store_contract {
  protected:
    files_under_way() {
        make_connection("c1", "one");
        make_connection("c2", "two");
        for (const char* const folder : {"f1", "f2"})
            make_folder(folder, "c1");
        make_folder("other", "c2");
        for (const char* const folder : {"f1", "f2"})
            fill(folder, take_lease("c1"));
        fill("other", take_lease("c2"));
    }
    static std::string id(const std::string& folder, file_state state) {
        return file_id({.folder_id = folder, .path = std::string{to_string(state)}, .size = 1});
    }
    void fill(const std::string& folder, const lease& held) {
        write([&](transaction& tx) {
            for (const auto state : {discovered, stable, claimed, fetched, published, recorded}) {
                const std::vector<file_identity> seen{
                    {.folder_id = folder, .path = std::string{to_string(state)}, .size = 1}};
                const std::vector<std::string> ids{id(folder, state)};
                std::ignore = files::discover(tx, held, seen);
                if (state >= stable) std::ignore = files::stabilise(tx, held, ids);
                if (state >= claimed) std::ignore = files::claim(tx, held, "r1", ids);
                const files::fetched_file done[] = {{ids[0], "00ff", "in/a", ids[0] + "-1:upload"}};
                if (state >= fetched) std::ignore = files::fetch(tx, held, done);
                if (state >= published) std::ignore = files::publish(tx, held, ids);
                if (state >= recorded) std::ignore = files::record(tx, held, ids, post_state::none);
            }
        });
    }
    file get(const std::string& folder, file_state state) {
        return *read([&](transaction& tx) { return files::find(tx, id(folder, state)); });
    }
    /// What has become of the files of a folder, by the state that they were in.
    std::map<file_state, file_state> became(const std::string& folder) {
        std::map<file_state, file_state> all;
        for (const auto state : {discovered, stable, claimed, fetched, published, recorded})
            all[state] = get(folder, state).state;
        return all;
    }
    const std::map<file_state, file_state> unchanged{{discovered, discovered}, {stable, stable},
                                                     {claimed, claimed},       {fetched, fetched},
                                                     {published, published},   {recorded, recorded}};
};
GANGWAY_EVERY_DATABASE(files_under_way);

TEST_P(files_under_way, with_its_folder_nobody_goes_on_with_them_and_the_evidence_stays) {
    const auto held = take_lease("c1");
    write([](transaction& tx) { EXPECT_EQ(folders::remove(tx, "f1", 1), changed::done); });
    auto wanted = unchanged;
    wanted[claimed] = wanted[fetched] = abandoned;
    wanted[published] = finalised;
    EXPECT_EQ(became("f1"), wanted);
    EXPECT_EQ(became("f2"), unchanged);
    EXPECT_EQ(became("other"), unchanged);
    EXPECT_EQ(get("f1", fetched).evidence, id("f1", fetched) + "-1:upload");
    EXPECT_EQ(get("f1", published).recorded_at, get("f1", published).finalised_at);
    EXPECT_EQ(read([](transaction& tx) { return files::given_up(tx, "f1"); }).size(), 2U);
    EXPECT_TRUE(read([](transaction& tx) { return files::given_up(tx, "f2"); }).empty());
    // Whoever still works on it changes nothing more.
    write([&](transaction& tx) {
        const std::vector<std::string> ids{id("f1", claimed), id("f1", fetched)};
        const files::fetched_file late[] = {{ids[0], "00ff", "in/a", "late"}};
        std::ignore = files::take_over(tx, held);
        EXPECT_FALSE(files::fetch(tx, held, late)[0]);
        EXPECT_FALSE(files::publish(tx, held, ids)[1]);
    });
}

TEST_P(files_under_way, with_their_connection_those_of_all_its_folders_are_given_up) {
    write([](transaction& tx) { EXPECT_EQ(connections::remove(tx, "c1", 1), changed::done); });
    for (const char* const folder : {"f1", "f2"}) {
        EXPECT_EQ(get(folder, claimed).state, abandoned);
        EXPECT_EQ(get(folder, fetched).state, abandoned);
        EXPECT_EQ(get(folder, published).state, finalised);
        EXPECT_EQ(get(folder, stable).state, stable);
    }
    EXPECT_EQ(became("other"), unchanged);
    EXPECT_TRUE(read([](transaction& tx) { return files::under_way(tx, "c1"); }).empty());
}

TEST_P(files_under_way, what_goes_elsewhere_is_fetched_again_under_its_version) {
    write([](transaction& tx) {
        const file_entry staged[] = {{.file_id = id("f1", fetched), .position = 0, .published_at = timestamp{1s}},
                                     {.file_id = id("f1", fetched), .position = 1}};
        file_entries::stage(tx, id("f1", fetched), staged);
        files::release(tx, "f1");
    });
    auto wanted = unchanged;
    wanted[claimed] = wanted[fetched] = stable;
    EXPECT_EQ(became("f1"), wanted);
    EXPECT_EQ(became("f2"), unchanged);
    const auto row = get("f1", fetched);
    EXPECT_FALSE(row.evidence || row.destination_key || row.sha256);
    EXPECT_EQ(row.version, 1);
    EXPECT_EQ(read([](transaction& tx) { return file_entries::of_file(tx, id("f1", fetched)); }).size(), 1U);
    const auto held = take_lease("c1");
    const std::vector<std::string> ids{row.id};
    EXPECT_EQ(write([&](transaction& tx) { return files::claim(tx, held, "r2", ids)[0]; }), 1);
}

TEST_P(files_under_way, folders_are_told_that_have_something_to_go_on_with_now) {
    const auto told = [this] { return read([](transaction& tx) { return files::folders_under_way(tx, "c1"); }); };
    EXPECT_EQ(told(), (std::vector<std::string>{"f1", "f2"}));
    write([](transaction& tx) { files::release(tx, "f1"); });
    const auto held = take_lease("c1");
    write([&](transaction& tx) {
        std::ignore = files::take_over(tx, held);
        EXPECT_TRUE(files::postpone(tx, held, id("f1", published), "why", tx.now() + 1h));
    });
    EXPECT_EQ(told(), std::vector<std::string>{"f2"});
    EXPECT_TRUE(read([](transaction& tx) { return files::folders_under_way(tx, "none"); }).empty());
}

}  // namespace
}  // namespace gangway::store
