/// Not a unit test: tests/s3 runs it against servers.
///
///     gangway_sink_check PLACE put ROW-FENCE KEY FILE          published | already_there
///     gangway_sink_check PLACE stage ROW-FENCE KEY FILE        the evidence
///     gangway_sink_check PLACE recover KEY FILE EVIDENCE
///     gangway_sink_check PLACE discard KEY EVIDENCE
///     gangway_sink_check PLACE sweep AGE_HOURS UPLOAD...        how many were removed
///     gangway_sink_check PLACE many COUNT SIZE                  files put per second
///
/// PLACE is local=FOLDER or s3=ENDPOINT,BUCKET,PREFIX with words of settings behind it (virtual, unconditional, blind,
/// caged: no address may be reached).
/// The key of the bucket is in the usual variables. A failure is "code: message" and the exit status 1.

#include <gangway/crypto/digest.hpp>
#include <gangway/sink/local_folder.hpp>
#include <gangway/sink/s3_bucket.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <ranges>
#include <stdexcept>

namespace {

using namespace gangway;
using words = std::vector<std::string>;

struct failure {
    base::error error;
};

template <class T>
T must(base::result<T> value) {
    if (!value) throw failure{std::move(value.error())};
    if constexpr (!std::is_void_v<T>) return std::move(*value);
}

words split(std::string_view text, char separator) {
    words parts;
    for (const auto part : std::views::split(text, separator))
        parts.emplace_back(part.begin(), part.end());
    return parts;
}

struct place {
    base::system_clock clock;
    std::optional<sink::s3_credentials> credentials;
    std::unique_ptr<gangway::sink::sink> opened;
};

void open(place& at, std::string_view where, std::chrono::hours orphan_age) {
    if (where.starts_with("local=")) {
        const std::filesystem::path folder{where.substr(6)};
        at.opened = must(sink::open_local_folder(folder, must(sink::prepare_local_folder(folder))));
        return;
    }
    const auto parts = split(where.substr(3), ',');
    const auto has = [&](std::string_view word) { return std::ranges::find(parts, word) != parts.end(); };
    at.credentials = sink::credentials_from_environment([](const char* name) { return std::getenv(name); });
    at.opened = must(sink::open_s3_bucket({.endpoint = parts.at(0),
                                           .bucket = parts.at(1),
                                           .prefix = parts.at(2),
                                           .path_style = !has("virtual"),
                                           .conditional_writes = !has("unconditional"),
                                           .look_first = !has("blind"),
                                           .orphan_age = orphan_age},
                                          at.credentials.value(), at.clock,
                                          [caged = has("caged")](std::string_view) { return !caged; }));
}

/// All of a file through a sink, up to where it is finished.
std::unique_ptr<sink::writer> finished(sink::sink& into, const sink::claim& owner, const model::destination_key& key,
                                       const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) throw std::runtime_error{"cannot read " + path};
    auto writer = must(into.begin(owner, key, std::filesystem::file_size(path)));
    crypto::sha256_hasher hasher;
    std::string piece(1U << 18U, '\0');
    while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0) {
        const std::string_view octets{piece.data(), static_cast<std::size_t>(file.gcount())};
        hasher.update(octets);
        must(writer->write(octets));
    }
    must(writer->finish(key, hasher.finish()));
    return writer;
}

sink::staged_file staged(sink::sink& into, sink::writer& writer) {
    sink::writer* const one[] = {&writer};
    return must(std::move(into.stage(one).front()));
}

std::string outcome_text(sink::publication value) {
    return value == sink::publication::published ? "published" : "already_there";
}
std::string outcome_text(sink::recovery value) {
    constexpr const char* texts[] = {"published", "already_there", "consumed", "lost"};
    return texts[static_cast<std::size_t>(value)];
}

std::string put_many(sink::sink& into, std::size_t count, std::size_t size) {
    const std::string content(size, 'x');
    const auto hash = crypto::sha256(content);
    const auto began = std::chrono::steady_clock::now();
    for (std::size_t first = 0; first < count; first += into.batch_size()) {
        std::vector<std::unique_ptr<sink::writer>> writers;
        std::vector<sink::writer*> all;
        for (auto i = first; i < std::min(first + into.batch_size(), count); ++i) {
            const auto key = must(model::destination_key::parse(fmt::format("many/{}", i)));
            writers.push_back(must(into.begin({std::to_string(i), 1}, key, size)));
            must(writers.back()->write(content));
            must(writers.back()->finish(key, hash));
            all.push_back(writers.back().get());
        }
        for (auto& answer : into.stage(all))
            must(std::move(answer));
        for (auto& answer : into.publish(all))
            must(std::move(answer));
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    return fmt::format("{:.0f} files a second", static_cast<double>(count) / took.count());
}

std::string carry_out(const words& given) {
    const auto& command = given.at(1);
    place at;
    open(at, given.at(0), std::chrono::hours{command == "sweep" ? std::stoi(given.at(2)) : 24});
    auto& into = *at.opened;
    if (command == "many") return put_many(into, std::stoul(given.at(2)), std::stoul(given.at(3)));
    if (command == "sweep") {
        const auto known = [&](std::string_view id) {
            return std::find(given.begin() + 3, given.end(), id) != given.end();
        };
        return std::to_string(
            must(into.sweep({.claim = [](const sink::claim&) { return false; }, .upload = known})).removed);
    }
    if (command == "discard") {
        must(into.discard({.key = must(model::destination_key::parse(given.at(2))), .evidence = given.at(3)}));
        return "discarded";
    }
    if (command == "recover") {
        std::ifstream file{given.at(3), std::ios::binary};
        const std::string content{std::istreambuf_iterator<char>{file}, {}};
        return outcome_text(must(into.recover({.key = must(model::destination_key::parse(given.at(2))),
                                               .size = content.size(),
                                               .sha256 = crypto::sha256(content),
                                               .evidence = given.at(4)})));
    }
    const auto owner = sink::parse_claim(given.at(2)).value();
    const auto key = must(model::destination_key::parse(given.at(3)));
    const auto writer = finished(into, owner, key, given.at(4));
    const auto file = staged(into, *writer);
    if (command == "stage") return file.evidence;
    if (command != "put") throw std::runtime_error{"no such command"};
    sink::writer* const one[] = {writer.get()};
    return outcome_text(must(std::move(into.publish(one).front())));
}

}  // namespace

int main(int count, char** values) {
    try {
        fmt::print("{}\n", carry_out({values + 1, values + count}));
        return 0;
    } catch (const failure& failed) {
        fmt::print("{}: {}\n", failed.error.code.message(), failed.error.message);
    } catch (const std::exception& failed) {
        fmt::print("{}\n", failed.what());
    }
    return 1;
}
