#include "testing/contract.hpp"

#include <gangway/store/file_entries.hpp>
#include <gangway/store/settings.hpp>

#include <gmock/gmock.h>

namespace gangway::store {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// One archive of the folder f1, as far as `claimed`.
class entries_contract : public store_contract {
  protected:
    entries_contract() {
        make_connection("c1", "one");
        make_folder("f1", "c1");
        holder = take_lease("c1", "a");
        const std::vector<file_identity> seen{{.folder_id = "f1", .path = "x.zip", .size = 1, .mtime = 2}};
        id = file_id(seen[0]);
        write([&](transaction& tx) {
            const std::vector<std::string> ids{id};
            EXPECT_TRUE(files::discover(tx, holder, seen)[0]);
            EXPECT_TRUE(files::stabilise(tx, holder, ids)[0]);
            EXPECT_TRUE(files::claim(tx, holder, "r1", ids)[0]);
        });
    }
    [[nodiscard]] file_entry entry(std::int64_t position, std::string name) const {
        return {.file_id = id,
                .position = position,
                .name = std::move(name),
                .size = 5,
                .sha256 = "00ff",
                .destination_key = "x/" + std::to_string(position),
                .evidence = "e-" + std::to_string(position)};
    }
    void fetch(const std::vector<file_entry>& staged) {
        write([&](transaction& tx) {
            const files::fetched_file done[] = {{.id = id,
                                                 .sha256 = "aa",
                                                 .destination_key = std::nullopt,
                                                 .evidence = "e",
                                                 .unpacked = "zip",
                                                 .unpacked_size = 10}};
            EXPECT_TRUE(files::fetch(tx, holder, done)[0]);
            file_entries::stage(tx, id, staged);
        });
    }
    bool publish(const std::vector<std::int64_t>& positions) {
        return write([&](transaction& tx) { return file_entries::publish(tx, holder, id, positions); });
    }
    std::vector<file_entry> all() {
        return read([&](transaction& tx) { return file_entries::of_file(tx, id); });
    }
    std::vector<std::string> published() {
        std::vector<std::string> names;
        for (const auto& each : all())
            if (each.published_at) names.push_back(each.name);
        return names;
    }

    lease holder{};
    std::string id{};
};
GANGWAY_EVERY_DATABASE(entries_contract);

TEST_P(entries_contract, what_was_staged_is_kept_in_its_order) {
    const std::vector<file_entry> staged{entry(0, "a"), entry(1, std::string("b\xff\0", 3)), entry(2, "c")};
    fetch(staged);
    EXPECT_EQ(all(), staged);
    EXPECT_EQ(read([&](transaction& tx) { return file_entries::list(tx, id, 0, 1); }), (std::vector{staged[1]}));
    const auto row = read([&](transaction& tx) { return files::find(tx, id); }).value();
    EXPECT_EQ(row.unpacked, "zip");
    EXPECT_EQ(row.unpacked_size, 10);
    EXPECT_FALSE(row.unpacked_sha256 || row.destination_key);
    EXPECT_THAT(read([](transaction& tx) { return file_entries::evidence_under_way(tx, "c1"); }),
                ::testing::UnorderedElementsAre("e-0", "e-1", "e-2"));
}

TEST_P(entries_contract, what_was_published_stays_when_the_file_fails_and_the_rest_is_forgotten) {
    fetch({entry(0, "a"), entry(1, "b")});
    EXPECT_TRUE(publish({0}));
    EXPECT_THAT(read([](transaction& tx) { return file_entries::evidence_under_way(tx, "c1"); }), ElementsAre("e-1"));
    EXPECT_TRUE(write([&](transaction& tx) { return files::fail(tx, holder, id, "gone", {}); }));
    EXPECT_THAT(all(), SizeIs(1));
    write([&](transaction& tx) { EXPECT_TRUE(files::claim(tx, holder, "r2", std::vector<std::string>{id})[0]); });
    auto again = entry(0, "a");
    again.evidence = "another";
    fetch({again, entry(1, "b")});
    EXPECT_THAT(published(), ElementsAre("a"));
    EXPECT_EQ(all()[0].evidence, "e-0");
    EXPECT_THAT(all(), SizeIs(2));
    EXPECT_TRUE(publish({1}));
    EXPECT_THAT(published(), ElementsAre("a", "b"));
}

TEST_P(entries_contract, whoever_lost_the_lease_or_comes_too_early_publishes_nothing) {
    EXPECT_FALSE(publish({0})) << "not fetched";
    fetch({entry(0, "a")});
    const auto old = holder;
    EXPECT_TRUE(write([&](transaction& tx) { return leases::give_back(tx, old); }));
    const auto next = take_lease("c1", "b");
    holder = next;
    EXPECT_FALSE(publish({0})) << "not taken over";
    EXPECT_EQ(write([&](transaction& tx) { return files::take_over(tx, next).size(); }), 1U);
    holder = old;
    EXPECT_FALSE(publish({0})) << "the fence before";
    EXPECT_THAT(published(), IsEmpty());
    holder = next;
    EXPECT_TRUE(publish({0}));
}

TEST_P(entries_contract, rows_are_found_by_the_beginning_of_their_ids) {
    const auto known = [&](const std::string& beginning) {
        return read([&](transaction& tx) { return files::is_known(tx, beginning); });
    };
    EXPECT_TRUE(known(id));
    EXPECT_TRUE(known(id.substr(0, 56)));
    auto other = id.substr(0, 56);
    other.back() = other.back() == 'f' ? '0' : 'f';
    EXPECT_FALSE(known(other));
}

}  // namespace
}  // namespace gangway::store
