// Zip archives whose files are published one by one.
#include "testing/run_fixture.hpp"

#include <gangway/archive/zip_writer.hpp>
#include <gangway/store/file_entries.hpp>
#include <gangway/transfer/errors.hpp>

#include <gmock/gmock.h>

namespace gangway::transfer {
namespace {

using store::file_state;
using store::run_outcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using contents = std::vector<std::pair<std::string, std::string>>;

std::string zipped(const contents& files, archive::compression how = archive::compression::deflate) {
    archive::zip_writer zip{how};
    for (const auto& [name, content] : files)
        zip.add_file(name, {}, content);
    zip.finish();
    return std::string{zip.ready()};
}
const contents orders{{"a.csv", "alpha"}, {"b.csv", ""}, {"sub/c.csv", std::string(100'000, 'c')}};

struct unpack_zip : ::testing::Test, testing::run_fixture {
    unpack_zip() { settings.rules.unpack = model::unpacking::zip; }
    std::vector<store::file_entry> entries(const std::string& path) {
        const auto id = row(path).id;
        return write([&](store::transaction& tx) { return store::file_entries::of_file(tx, id); });
    }
};

TEST_F(unpack_zip, each_file_is_published_in_a_folder_of_the_name_of_the_archive) {
    const auto packed = zipped(orders);
    server.add("/in/orders.zip", packed);
    server.add("/in/plain.csv", "as it is");
    const auto done = run();
    EXPECT_EQ(done.run.outcome, run_outcome::succeeded) << done.run.error;
    EXPECT_EQ(done.run.pulled, 2);
    EXPECT_THAT(arrived(), ElementsAre("orders/a.csv", "orders/b.csv", "orders/sub/c.csv", "plain.csv"));
    EXPECT_EQ(content("orders/a.csv"), "alpha");
    EXPECT_EQ(content("orders/sub/c.csv"), std::string(100'000, 'c'));
    EXPECT_EQ(parts(), 0);
    const auto file = row("orders.zip");
    EXPECT_EQ(file.state, file_state::finalised);
    EXPECT_EQ(file.unpacked, "zip");
    EXPECT_EQ(file.unpacked_size, 100'005);
    EXPECT_EQ(file.identity.size, packed.size());
    EXPECT_FALSE(file.unpacked_sha256 || file.destination_key);
    const auto all = entries("orders.zip");
    ASSERT_THAT(all, SizeIs(3));
    EXPECT_EQ(all[0].name, "a.csv");
    EXPECT_EQ(all[0].size, 5);
    EXPECT_EQ(all[0].sha256, "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8");
    EXPECT_EQ(all[2].destination_key, "orders/sub/c.csv");
    for (const auto& each : all)
        EXPECT_TRUE(each.published_at) << each.name;
    EXPECT_EQ(run().run.pulled, 0);
}

TEST_F(unpack_zip, large_archive_is_unpacked_as_a_small_one) {
    contents many;
    for (int i = 0; i < 600; ++i)
        many.emplace_back(std::to_string(i), std::string(4000, static_cast<char>('a' + i % 26)));
    const auto packed = zipped(many, archive::compression::store);
    ASSERT_GT(packed.size(), 2U << 20U);
    server.add("/in/many.zip", packed);
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_THAT(arrived(), SizeIs(600));
    EXPECT_EQ(content("many/599"), many[599].second);
    EXPECT_EQ(parts(), 0);
}

TEST_F(unpack_zip, key_template_is_about_the_files_in_it) {
    settings.rules.key_template = "{date:%Y}/{stem}-{version}{ext}";
    server.add("/in/x/orders.zip", zipped({{"a.csv", "1"}, {"sub/b.csv", "2"}}));
    server.add("/in/orders.zip", zipped({{"a.csv", "1"}, {"sub/b.csv", "2"}}));
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_THAT(arrived(), ElementsAre("2027/a-1.csv", "2027/b-1.csv"));
    settings.rules.key_template = "{sha256}";
    server.add("/in/other.zip", zipped({{"a", "alpha"}, {"b", "alpha"}}));
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_EQ(content("8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8"), "alpha");
}

TEST_F(unpack_zip, later_version_goes_beside_the_first) {
    server.add("/in/orders.zip", zipped({{"a.csv", "1"}}));
    run();
    server.add("/in/orders.zip", zipped({{"a.csv", "22"}}), 1'000'000'500);
    run();
    EXPECT_THAT(arrived(), ElementsAre("orders/a.csv", "orders/a~2.csv"));
}

TEST_F(unpack_zip, empty_archive_is_recorded_and_publishes_nothing) {
    server.add("/in/none.zip", zipped({}));
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_THAT(arrived(), IsEmpty());
    EXPECT_EQ(row("none.zip").state, file_state::finalised);
}

TEST_F(unpack_zip, archive_with_one_bad_file_publishes_none) {
    auto broken = zipped(orders, archive::compression::store);
    broken[broken.find("ccccc")] = 'd';
    server.add("/in/broken.zip", broken);
    server.add("/in/cut.zip", broken.substr(0, broken.size() - 10));
    server.add("/in/out.zip", zipped({{"a", "1"}, {"../../out", "2"}}));
    server.add("/in/good.zip", zipped({{"a", "1"}}));
    const auto done = run();
    EXPECT_EQ(done.run.outcome, run_outcome::partial);
    EXPECT_EQ(done.run.failed, 3);
    EXPECT_THAT(arrived(), ElementsAre("good/a"));
    EXPECT_EQ(parts(), 0);
    EXPECT_THAT(row("broken.zip").error, HasSubstr("broken.zip: "));
    EXPECT_THAT(row("broken.zip").error, HasSubstr("sub/c.csv is not what its directory says"));
    EXPECT_THAT(row("cut.zip").error, HasSubstr("its end is missing"));
    EXPECT_THAT(row("out.zip").error, HasSubstr("leads out of the archive"));
    EXPECT_THAT(entries("broken.zip"), IsEmpty());
}

TEST_F(unpack_zip, files_that_would_go_to_one_place_are_refused) {
    settings.rules.key_template = "{name}";
    server.add("/in/orders.zip", zipped({{"a/x.csv", "1"}, {"b/x.csv", "2"}}));
    EXPECT_EQ(run().run.failed, 1);
    EXPECT_THAT(arrived(), IsEmpty());
    EXPECT_THAT(row("orders.zip").error, HasSubstr("would go to one place"));
    EXPECT_EQ(parts(), 0);
}

TEST_F(unpack_zip, try_that_met_other_content_repeats_nothing_and_goes_on_when_that_is_gone) {
    contents many;
    for (int i = 0; i < 300; ++i)
        many.emplace_back(std::to_string(1000 + i), "content of " + std::to_string(i));
    server.add("/in/many.zip", zipped(many));
    std::filesystem::create_directory(pulled_path / "many");
    std::ofstream{pulled_path / "many" / "1270"} << "somebody else's";
    EXPECT_EQ(run().run.failed, 1);
    EXPECT_EQ(content("many/1270"), "somebody else's");
    EXPECT_THAT(row("many.zip").error, HasSubstr("nothing was replaced"));
    EXPECT_EQ(row("many.zip").state, file_state::stable);
    EXPECT_EQ(parts(), 0);
    EXPECT_THAT(arrived(), SizeIs(300));
    // A reader takes what is there: none of it comes again.
    for (const auto& key : arrived())
        std::filesystem::remove(pulled_path / key);
    clock.seconds += 4000;
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_THAT(arrived(), ElementsAre("many/1270"));
    EXPECT_EQ(content("many/1270"), "content of 270");
    EXPECT_EQ(row("many.zip").state, file_state::finalised);
    EXPECT_THAT(entries("many.zip"), SizeIs(300));
}

TEST_F(unpack_zip, archive_that_was_published_in_part_and_is_another_now_is_left_alone) {
    const contents first{{"a", "alpha"}, {"b", "beta"}};
    server.add("/in/x.zip", zipped(first));
    std::filesystem::create_directory(pulled_path / "x");
    std::ofstream{pulled_path / "x" / "b"} << "somebody else's";
    run();
    std::filesystem::remove(pulled_path / "x" / "b");
    server.add("/in/x.zip", zipped({{"a", "alphA"}, {"b", "beta"}}));
    clock.seconds += 4000;
    EXPECT_EQ(run().run.failed, 1);
    EXPECT_THAT(row("x.zip").error, HasSubstr("published in part"));
    EXPECT_THAT(arrived(), ElementsAre("x/a"));
}

TEST_F(unpack_zip, dry_run_tells_that_it_would_be_unpacked) {
    server.add("/in/orders.zip", zipped(orders));
    const auto told = wait(runner->dry_run(connection, folder, settings)).value();
    EXPECT_FALSE(told.files.at(0).key);
    EXPECT_EQ(told.files.at(0).unpack, model::unpacking::zip);
    EXPECT_THAT(told.files.at(0).sentence, HasSubstr("published one by one"));
}

TEST_F(unpack_zip, archive_pulled_again_comes_as_a_version_of_its_own) {
    server.add("/in/x.zip", zipped({{"a", "alpha"}}));
    run();
    const auto id = row("x.zip").id;
    write([&](store::transaction& tx) { return store::files::repull(tx, id); });
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_THAT(arrived(), ElementsAre("x/a", "x/a~2"));
}

}  // namespace
}  // namespace gangway::transfer
