#include <gangway/model/errors.hpp>
#include <gangway/transfer/folder_settings.hpp>

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace gangway::transfer {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view all_rules =
    R"({"include":["*.csv","in/**/*.xml"],"exclude":["*.tmp"],"stable":{"by":"age","age":"1m","clockTolerance":"0s"},)"
    R"("order":"size","limits":{"files":10,"octets":1000000,"duration":"2h"},"keyTemplate":"{date:%Y}/{name}",)"
    R"("foldKeys":true,"checksum":"{name}.sha256","unpack":"gzip","after":{"do":"move","folder":"done/{date:%Y}"}})";
constexpr std::string_view bucket =
    R"({"to":"s3","endpoint":"https://s3.example.com","region":"eu-central-1","bucket":"acme-in","prefix":"orders/",)"
    R"("pathStyle":false,"conditionalWrites":false,"accessKeyId":"AKIA1"})";

/// The field that an error names, or what went well.
template <class T>
std::string refused(const base::result<T>& read) {
    if (read) return "accepted";
    EXPECT_EQ(read.error().code, model::errc::invalid_value);
    EXPECT_FALSE(read.error().message.empty());
    return std::string{read.error().fact_named("field")};
}

TEST(read_rules, all_members_are_read) {
    const auto rules = read_rules(all_rules);
    ASSERT_TRUE(rules) << rules.error().message << rules.error().fact_named("field");
    ASSERT_EQ(rules->filter.include.size(), 2U);
    EXPECT_EQ(rules->filter.include[1].text(), "in/**/*.xml");
    EXPECT_EQ(rules->filter.exclude.at(0).text(), "*.tmp");
    EXPECT_EQ(rules->stable, model::stability{(model::stable_by_age{60s, 0s})});
    EXPECT_EQ(rules->order, model::pull_order::size);
    EXPECT_EQ(rules->limits, (model::run_limits{10, 1'000'000, 2h}));
    EXPECT_EQ(rules->key_template, "{date:%Y}/{name}");
    EXPECT_TRUE(rules->fold_keys);
    EXPECT_EQ(rules->checksum.value().text(), "{name}.sha256");
    EXPECT_EQ(rules->unpack, model::unpacking::gzip);
    EXPECT_EQ(rules->after, model::post_action{model::move_source{"done/{date:%Y}"}});
}

TEST(read_rules, what_is_absent_or_null_has_its_default) {
    for (const std::string_view none : {"", "null", "{}", R"({"stable":null,"limits":null,"include":null})"})
        EXPECT_EQ(read_rules(none), model::pull_rules{}) << none;
    const auto some = read_rules(R"({"limits":{"files":3}})");
    ASSERT_TRUE(some);
    EXPECT_EQ(some->limits.files, 3U);
    EXPECT_EQ(some->limits.octets, model::run_limits{}.octets);
}

TEST(read_rules, each_way_to_be_stable_is_read) {
    const auto stable = [](std::string_view json) {
        const auto rules = read_rules(R"({"stable":)" + std::string{json} + "}");
        EXPECT_TRUE(rules) << json;
        return rules.value_or(model::pull_rules{}).stable;
    };
    EXPECT_EQ(stable(R"({"by":"at_once"})"), model::stability{model::stable_at_once{}});
    EXPECT_EQ(stable(R"({"by":"looks"})"), model::stability{model::stable_over_looks{2s}});
    EXPECT_EQ(stable(R"({"by":"looks","apart":"24h"})"), model::stability{model::stable_over_looks{24h}});
    EXPECT_EQ(stable(R"({"by":"age","age":"720h"})"), model::stability{(model::stable_by_age{720h, 300s})});
    const auto marker = stable(R"({"by":"marker","marker":"{stem}.ok"})");
    EXPECT_EQ(std::get<model::stable_by_marker>(marker).marker.text(), "{stem}.ok");
}

TEST(read_rules, whatever_is_wrong_is_named) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 40> wrong{{
        {"7", "rules"},
        {"[]", "rules"},
        {"{", "rules"},
        {"{} {}", "rules"},
        {"\"\xff\"", "rules"},
        {R"({"include":[],"include":[]})", "rules"},
        {R"({"stable":{"by":"looks","by":"looks"}})", "rules"},
        {R"({"more":1})", "rules.more"},
        {R"({"include":"*.csv"})", "rules.include"},
        {R"({"include":[1]})", "rules.include"},
        {R"({"include":["[a"]})", "rules.include"},
        {R"({"exclude":[""]})", "rules.exclude"},
        {R"({"stable":"looks"})", "rules.stable"},
        {R"({"stable":{}})", "rules.stable.by"},
        {R"({"stable":{"by":"luck"}})", "rules.stable.by"},
        {R"({"stable":{"by":"looks","apart":2}})", "rules.stable.apart"},
        {R"({"stable":{"by":"looks","apart":"1s"}})", "rules.stable.apart"},
        {R"({"stable":{"by":"looks","apart":"500ms"}})", "rules.stable.apart"},
        {R"({"stable":{"by":"looks","age":"60s"}})", "rules.stable.age"},
        {R"({"stable":{"by":"age","age":"0s"}})", "rules.stable.age"},
        {R"({"stable":{"by":"age","age":"721h"}})", "rules.stable.age"},
        {R"({"stable":{"by":"age","clockTolerance":"25h"}})", "rules.stable.clockTolerance"},
        {R"({"stable":{"by":"marker"}})", "rules.stable.marker"},
        {R"({"stable":{"by":"marker","marker":"done"}})", "rules.stable.marker"},
        {R"({"order":"age"})", "rules.order"},
        {R"({"limits":[]})", "rules.limits"},
        {R"({"limits":{"files":0}})", "rules.limits.files"},
        {R"({"limits":{"files":-1}})", "rules.limits.files"},
        {R"({"limits":{"files":1.5}})", "rules.limits.files"},
        {R"({"limits":{"octets":9007199254740992}})", "rules.limits.octets"},
        {R"({"limits":{"octets":"1"}})", "rules.limits.octets"},
        {R"({"limits":{"duration":"0s"}})", "rules.limits.duration"},
        {R"({"limits":{"bytes":1}})", "rules.limits.bytes"},
        {R"({"keyTemplate":"in"})", "rules.keyTemplate"},
        {R"({"foldKeys":1})", "rules.foldKeys"},
        {R"({"checksum":"sum"})", "rules.checksum"},
        {R"({"unpack":"rar"})", "rules.unpack"},
        {R"({"after":{"do":"move","folder":"../up"}})", "rules.after.folder"},
        {R"({"after":{"do":"move","folder":"{name}"}})", "rules.after.folder"},
        {R"({"after":{"do":"delete","folder":"done"}})", "rules.after.folder"},
    }};
    for (const auto& [json, field] : wrong)
        EXPECT_EQ(refused(read_rules(json)), field) << json;
    EXPECT_EQ(refused(read_rules(std::string(70'000, ' '))), "rules");
    EXPECT_EQ(refused(read_rules(std::string(60'000, '['))), "rules");
    EXPECT_EQ(refused(read_rules(R"({"order":"a\u0000b"})")), "rules.order");
}

TEST(write_rules, gives_what_was_read) {
    EXPECT_EQ(write_rules(read_rules(all_rules).value()), all_rules);
    EXPECT_EQ(
        write_rules({}),
        R"({"include":[],"exclude":[],"stable":{"by":"looks","apart":"2s"},"order":"mtime","limits":{"files":100000,)"
        R"("octets":1099511627776,"duration":"6h"},"keyTemplate":"{path}","foldKeys":false,"checksum":null,)"
        R"("unpack":"none","after":{"do":"none"}})");
    for (const std::string_view stable :
         {R"({"by":"at_once"})", R"({"by":"looks","apart":"90s"})", R"({"by":"marker","marker":"ready-{name}"})"}) {
        const auto rules = read_rules(R"({"stable":)" + std::string{stable} + R"(,"after":{"do":"delete"}})").value();
        EXPECT_EQ(read_rules(write_rules(rules)), rules) << stable;
    }
}

TEST(read_destination, a_local_folder_is_read_with_its_identity) {
    const auto read = read_destination(R"({"to":"local","folder":"/srv/in","identity":"abc"})");
    ASSERT_TRUE(read);
    const auto& local = std::get<local_destination>(*read);
    EXPECT_EQ(local.folder, "/srv/in");
    EXPECT_EQ(local.identity, "abc");
    EXPECT_EQ(write_destination(*read, identity_of_folder::hidden), R"({"to":"local","folder":"/srv/in"})");
    EXPECT_EQ(write_destination(*read, identity_of_folder::kept),
              R"({"to":"local","folder":"/srv/in","identity":"abc"})");
}

TEST(read_destination, a_bucket_is_read_without_its_secret) {
    const auto read = read_destination(bucket);
    ASSERT_TRUE(read) << read.error().message;
    const auto& s3 = std::get<bucket_destination>(*read);
    EXPECT_EQ(s3.bucket.endpoint, "https://s3.example.com");
    EXPECT_EQ(s3.bucket.region, "eu-central-1");
    EXPECT_EQ(s3.bucket.bucket, "acme-in");
    EXPECT_EQ(s3.bucket.prefix, "orders/");
    EXPECT_FALSE(s3.bucket.path_style);
    EXPECT_FALSE(s3.bucket.conditional_writes);
    EXPECT_EQ(s3.access_key_id, "AKIA1");
    EXPECT_EQ(s3.secret_name, secret_access_key_purpose);
    EXPECT_EQ(write_destination(*read, identity_of_folder::kept), bucket);
}

TEST(read_destination, whatever_is_wrong_is_named) {
    constexpr std::string_view s3 = R"({"to":"s3","endpoint":"http://127.0.0.1:9","bucket":"abc","accessKeyId":"A")";
    ASSERT_EQ(refused(read_destination(std::string{s3} + "}")), "accepted");
    constexpr std::array<std::pair<std::string_view, std::string_view>, 15> wrong{{
        {"", "destination"},
        {"null", "destination"},
        {"\"local\"", "destination"},
        {"{}", "destination.to"},
        {R"({"to":"ftp"})", "destination.to"},
        {R"({"to":"local"})", "destination.folder"},
        {R"({"to":"local","folder":""})", "destination.folder"},
        {R"({"to":"local","folder":7})", "destination.folder"},
        {R"({"to":"local","folder":"a","bucket":"b"})", "destination.bucket"},
        {R"({"to":"s3"})", "destination.endpoint"},
        {R"({"to":"s3","endpoint":"ftp://x","bucket":"abc","accessKeyId":"A"})", "destination.endpoint"},
        {R"({"to":"s3","endpoint":"http://x","bucket":"A","accessKeyId":"A"})", "destination.bucket"},
        {R"({"to":"s3","endpoint":"http://x","bucket":"abc"})", "destination.accessKeyId"},
        {R"({"to":"s3","endpoint":"http://x","bucket":"abc","accessKeyId":"a b"})", "destination.accessKeyId"},
        {R"({"to":"s3","endpoint":"http://x","bucket":"abc","accessKeyId":"A","folder":"f"})", "destination.folder"},
    }};
    for (const auto& [json, field] : wrong)
        EXPECT_EQ(refused(read_destination(json)), field) << json;
    const auto with = [&](std::string_view more) { return refused(read_destination(std::string{s3}.append(more))); };
    EXPECT_EQ(with(R"(,"prefix":"/a/"})"), "destination.prefix");
    EXPECT_EQ(with(R"(,"region":""})"), "destination.region");
    EXPECT_EQ(with(R"(,"pathStyle":"yes"})"), "destination.pathStyle");
    EXPECT_EQ(with(R"(,"conditionalWrites":0})"), "destination.conditionalWrites");
    EXPECT_EQ(with(R"(,"secretAccessKey":"s"})"), "destination.secretAccessKey");
}

TEST(read_schedule, both_kinds_are_read_and_written) {
    for (const std::string_view text :
         {R"({"every":"15m"})", R"({"every":"168h"})", R"({"cron":"0 6 * * *","zone":"Europe/Berlin"})", "null"}) {
        const auto when = read_schedule(text);
        ASSERT_TRUE(when) << text;
        EXPECT_EQ(write_schedule(*when), text);
    }
    EXPECT_EQ(read_schedule("").value(), std::nullopt);
    const auto cron = read_schedule(R"({"cron":"@daily"})");
    ASSERT_TRUE(cron);
    EXPECT_EQ(cron->value().zone, "UTC");
    EXPECT_EQ(std::get<model::interval>(read_schedule(R"({"every":"60m"})")->value().rule).every, 1h);
}

TEST(read_schedule, whatever_is_wrong_is_named) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 9> wrong{{
        {"15", "schedule"},
        {"{}", "schedule.cron"},
        {R"({"every":"10s"})", "schedule.every"},
        {R"({"every":15})", "schedule.every"},
        {R"({"every":"15m","cron":"* * * * *"})", "schedule.every"},
        {R"({"every":"15m","zone":"UTC"})", "schedule.every"},
        {R"({"cron":"61 * * * *"})", "schedule.cron"},
        {R"({"cron":"* * * * *","zone":"Mars/Base"})", "schedule.zone"},
        {R"({"cron":"* * * * *","like":"a"})", "schedule.like"},
    }};
    for (const auto& [json, field] : wrong)
        EXPECT_EQ(refused(read_schedule(json)), field) << json;
}

TEST(read_expected_by, a_pattern_and_its_times) {
    constexpr std::string_view text = R"({"like":"orders-*.csv","cron":"0 6 * * 1-5","zone":"Europe/Berlin"})";
    const auto expected = read_expected_by(text);
    ASSERT_TRUE(expected);
    EXPECT_EQ(expected->value().like.text(), "orders-*.csv");
    EXPECT_EQ(write_expected_by(*expected), text);
    EXPECT_EQ(write_expected_by({}), "null");
    EXPECT_EQ(read_expected_by("").value(), std::nullopt);
    EXPECT_EQ(refused(read_expected_by(R"({"every":"6h"})")), "expectedBy.like");
    EXPECT_EQ(refused(read_expected_by(R"({"like":"a"})")), "expectedBy.cron");
    EXPECT_EQ(refused(read_expected_by(R"({"like":"[","every":"6h"})")), "expectedBy.like");
    EXPECT_EQ(refused(read_expected_by(R"({"like":"a","every":"6h","by":"06:00"})")), "expectedBy.by");
}

TEST(read_folder_settings, the_columns_of_a_row_become_one_value) {
    store::folder row{.rules = std::string{all_rules},
                      .destination = std::string{bucket},
                      .schedule = R"({"every":"6h"})",
                      .expected_by = R"({"like":"a","every":"24h"})"};
    const auto read = read_folder_settings(row);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->rules.expected.value().like.text(), "a");
    EXPECT_TRUE(std::holds_alternative<bucket_destination>(read->destination));
    EXPECT_EQ(std::get<model::interval>(read->schedule.value().rule).every, 6h);
    for (auto store::folder::* const column :
         {&store::folder::rules, &store::folder::destination, &store::folder::schedule, &store::folder::expected_by}) {
        auto damaged = row;
        damaged.*column = "{";
        EXPECT_FALSE(read_folder_settings(damaged));
    }
}

TEST(folder_settings, a_place_is_the_folder_itself_or_a_bucket_with_its_prefix) {
    constexpr std::string_view here = R"({"to":"local","folder":"/pulled/a","identity":"one"})";
    constexpr std::string_view moved = R"({"to":"local","folder":"/pulled/b","identity":"one"})";
    constexpr std::string_view other = R"({"to":"local","folder":"/pulled/a","identity":"two"})";
    EXPECT_TRUE(is_same_place(here, moved));
    EXPECT_FALSE(is_same_place(here, other));
    const auto bucket_at = [](std::string_view endpoint, std::string_view name, std::string_view prefix,
                              std::string_view key) {
        return R"({"to":"s3","endpoint":")" + std::string{endpoint} + R"(","bucket":")" + std::string{name} +
               R"(","prefix":")" + std::string{prefix} + R"(","accessKeyId":")" + std::string{key} + "\"}";
    };
    const auto there = bucket_at("https://s3.example.com", "in-box", "a/", "K1");
    EXPECT_TRUE(is_same_place(there, bucket_at("https://s3.example.com", "in-box", "a/", "K2")));
    EXPECT_FALSE(is_same_place(there, bucket_at("https://s4.example.com", "in-box", "a/", "K1")));
    EXPECT_FALSE(is_same_place(there, bucket_at("https://s3.example.com", "out-box", "a/", "K1")));
    EXPECT_FALSE(is_same_place(there, bucket_at("https://s3.example.com", "in-box", "b/", "K1")));
    EXPECT_FALSE(is_same_place(there, here));
    EXPECT_FALSE(is_same_place("nonsense", "nonsense"));
}

}  // namespace
}  // namespace gangway::transfer
