// Files of gzip that are published unpacked.
#include "testing/packed.hpp"
#include "testing/run_fixture.hpp"

#include <gmock/gmock.h>

namespace gangway::transfer {
namespace {

using store::file_state;
using store::run_outcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// "alpha,1\n", by Python 3.11's gzip.
const std::string alpha{
    "\x1f\x8b\x08\0\0\0\0\0\x02\x03\x4b\xcc\x29\xc8\x48\xd4\x31\xe4\x02\0\xde\xa9\x50\x03\x08\0\0\0", 28};
constexpr auto* packed_sha256 = "09607f3f0389eea01b3010b8c00e684bb5178f311ad77da8121c372e3c0b9c9f";
constexpr auto* plain_sha256 = "eb9146fe42477c61a943f8f6e22dafe08cee0fe65a9f1611db1c370bc74f6e0d";

using testing::stored_gzip;

struct unpack_gzip : ::testing::Test, testing::run_fixture {
    unpack_gzip() { settings.rules.unpack = model::unpacking::gzip; }
};

TEST_F(unpack_gzip, content_is_published_under_the_name_without_the_ending) {
    server.add("/in/a.csv.gz", alpha);
    server.add("/in/b.csv", "as it is");
    const auto done = run();
    EXPECT_EQ(done.run.outcome, run_outcome::succeeded) << done.run.error;
    EXPECT_EQ(done.run.octets, 28 + 8) << "what was transferred";
    EXPECT_THAT(arrived(), ElementsAre("a.csv", "b.csv"));
    EXPECT_EQ(content("a.csv"), "alpha,1\n");
    const auto file = row("a.csv.gz");
    EXPECT_EQ(file.state, file_state::finalised);
    EXPECT_EQ(file.destination_key, "a.csv");
    EXPECT_EQ(file.identity.size, 28);
    EXPECT_EQ(file.sha256, packed_sha256);
    EXPECT_EQ(file.unpacked, "gzip");
    EXPECT_EQ(file.unpacked_size, 8);
    EXPECT_EQ(file.unpacked_sha256, plain_sha256);
    EXPECT_FALSE(row("b.csv").unpacked);
    EXPECT_EQ(run().run.pulled, 0);
}

TEST_F(unpack_gzip, large_file_is_unpacked_while_it_comes) {
    std::string large;
    for (int i = 0; large.size() < 3'000'000; ++i)
        large += std::to_string(i) + ",";
    server.add("/in/large.csv.gz", stored_gzip(large));
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_EQ(content("large.csv"), large);
    EXPECT_EQ(row("large.csv.gz").unpacked_size, large.size());
    EXPECT_EQ(parts(), 0);
}

TEST_F(unpack_gzip, members_that_follow_each_other_are_one_file) {
    server.add("/in/a.csv.gz", alpha + alpha);
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_EQ(content("a.csv"), "alpha,1\nalpha,1\n");
}

TEST_F(unpack_gzip, damaged_files_are_not_published_and_do_not_keep_others) {
    auto large = stored_gzip(std::string(2'000'000, 'x'));
    server.add("/in/cut.gz", alpha.substr(0, 20));
    server.add("/in/large-cut.gz", large.substr(0, 1'500'000));
    large[1'000'000] = 'y';
    server.add("/in/large-changed.gz", large);
    server.add("/in/text.gz", "alpha");
    server.add("/in/whole.gz", alpha);
    const auto done = run();
    EXPECT_EQ(done.run.outcome, run_outcome::partial);
    EXPECT_EQ(done.run.failed, 4);
    EXPECT_THAT(arrived(), ElementsAre("whole"));
    EXPECT_EQ(parts(), 0);
    for (const auto* name : {"cut.gz", "large-cut.gz", "large-changed.gz", "text.gz"}) {
        const auto file = row(name);
        EXPECT_EQ(file.state, file_state::stable) << name;
        EXPECT_THAT(file.error, HasSubstr(std::string{name} + ": ")) << name;
        EXPECT_FALSE(file.unpacked) << name;
    }
    EXPECT_THAT(row("cut.gz").error, HasSubstr("ends in the middle"));
    EXPECT_THAT(row("text.gz").error, HasSubstr("not a file of gzip"));
}

TEST_F(unpack_gzip, sender_tells_the_checksum_of_what_it_sent) {
    settings.rules.checksum = *model::companion_name::parse("{name}.sha256", "checksum");
    server.add("/in/a.gz", alpha);
    server.add("/in/a.gz.sha256", packed_sha256);
    server.add("/in/b.gz", alpha);
    server.add("/in/b.gz.sha256", plain_sha256);
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_THAT(arrived(), ElementsAre("a"));
    EXPECT_THAT(row("b.gz").error, HasSubstr("the file beside it tells"));
}

TEST_F(unpack_gzip, key_is_made_of_what_is_published) {
    settings.rules.key_template = "{sha256}/{stem}{ext}";
    server.add("/in/a.csv.gz", alpha);
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_THAT(arrived(), ElementsAre(std::string{plain_sha256} + "/a.csv"));
}

TEST_F(unpack_gzip, packed_and_plain_file_of_one_name_do_not_meet) {
    server.add("/in/a.csv", "plain");
    server.add("/in/a.csv.gz", alpha);
    EXPECT_EQ(run().run.pulled, 1);
    EXPECT_EQ(content("a.csv"), "plain");
    const auto told = wait(runner->dry_run(connection, folder, settings)).value();
    EXPECT_EQ(told.files.at(1).code, verdict_code::key_taken);
}

TEST_F(unpack_gzip, dry_run_tells_what_would_be_made_of_it) {
    server.add("/in/a.csv.gz", alpha);
    server.add("/in/b.csv", "as it is");
    const auto told = wait(runner->dry_run(connection, folder, settings)).value();
    EXPECT_EQ(told.files.at(0).key, "a.csv");
    EXPECT_EQ(told.files.at(0).unpack, model::unpacking::gzip);
    EXPECT_EQ(told.files.at(0).sentence, "new; unpacked by gzip");
    EXPECT_EQ(told.files.at(1).unpack, model::unpacking::none);
    EXPECT_EQ(told.files.at(1).sentence, "new");
}

}  // namespace
}  // namespace gangway::transfer
