#include "local_ends.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

namespace gangway::cli {
namespace {

namespace fs = std::filesystem;

void run(net::asio::io_context& io, std::function<net::awaitable<void>()> work) {
    net::asio::co_spawn(io, work(), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
    io.run();
}

class local_ends_test : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string name = ::testing::TempDir() + "gangway-local-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder = name;
    }
    void TearDown() override { fs::remove_all(folder); }

    static std::string content_of(const fs::path& file) {
        std::ifstream in{file, std::ios::binary};
        return {std::istreambuf_iterator<char>{in}, {}};
    }
    std::size_t entries() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator{folder}, {})); }
    static mode_t mode_of(const fs::path& file) {
        struct stat about{};
        EXPECT_EQ(::stat(file.c_str(), &about), 0);
        return about.st_mode & 07777U;
    }
    /// Writes a whole file; the error's code, or none.
    std::error_code write(const fs::path& target, std::string_view content, local_file_options options = {}) {
        auto sink = make_local_file(target, options);
        if (!sink) return sink.error().code;
        std::error_code failure;
        net::asio::io_context io;
        run(io, [&] { return fill(**sink, content, failure); });
        return failure;
    }
    static net::awaitable<void> fill(local_sink& sink, std::string_view content, std::error_code& failure) {
        const auto written = co_await sink.write(content);
        if (!written) failure = written.error().code;
        const auto finished = sink.finish();
        if (!finished) failure = finished.error().code;
    }
    static net::awaitable<void> drain(local_source& source, std::string& into) {
        for (;;) {
            const auto piece = co_await source.read();
            EXPECT_TRUE(piece);
            if (!piece || piece->empty()) co_return;
            into.append(*piece);
        }
    }

    fs::path folder;
};

TEST_F(local_ends_test, file_appears_only_when_it_is_finished) {
    {
        const auto sink = make_local_file(folder / "a", {});
        ASSERT_TRUE(sink);
        EXPECT_FALSE(fs::exists(folder / "a"));
        EXPECT_EQ(entries(), 1U);
    }
    EXPECT_EQ(entries(), 0U) << "unfinished: nothing is left";
    EXPECT_FALSE(write(folder / "a", "hello"));
    EXPECT_EQ(content_of(folder / "a"), "hello");
    EXPECT_EQ(entries(), 1U);
}

TEST_F(local_ends_test, partial_file_stays_and_is_gone_on_with) {
    const local_file_options resumed{.partial = "part"};
    std::error_code failure;
    for (const std::size_t already : {0U, 5U}) {
        auto sink = make_local_file(folder / "a", resumed);
        ASSERT_TRUE(sink);
        EXPECT_EQ((*sink)->already(), already);
        EXPECT_FALSE(make_local_file(folder / "a", resumed)) << "two at once";
        net::asio::io_context io;
        run(io, [&]() -> net::awaitable<void> { std::ignore = co_await (*sink)->write("hello"); });
        if (already != 0) EXPECT_TRUE((*sink)->finish());
    }
    EXPECT_EQ(content_of(folder / "a"), "hellohello");
    EXPECT_EQ(entries(), 1U);
    EXPECT_EQ(mode_of(folder / "a") & 0600U, 0600U);
}

TEST_F(local_ends_test, spoiled_partial_file_goes) {
    {
        const auto sink = make_local_file(folder / "a", {.partial = "part"});
        ASSERT_TRUE(sink);
        (*sink)->spoil();
    }
    EXPECT_EQ(entries(), 0U);
}

TEST_F(local_ends_test, partial_file_that_is_no_plain_file_of_ours_is_refused) {
    std::ofstream{folder / "other"} << "precious";
    fs::create_symlink("other", folder / "link");
    fs::create_hard_link(folder / "other", folder / "hard");
    ::mkfifo((folder / "pipe").c_str(), 0600);
    fs::create_directory(folder / "folder");
    for (const auto* const name : {"link", "hard", "pipe", "folder"})
        EXPECT_FALSE(make_local_file(folder / "a", {.partial = name})) << name;
    EXPECT_EQ(content_of(folder / "other"), "precious");
}

TEST(partial_name, is_another_for_each_version_of_each_file) {
    const file_version version{.size = 10, .modified = 20};
    const auto name = partial_name("/a", version);
    EXPECT_TRUE(name.starts_with(".gangway-") && name.ends_with(".part"));
    EXPECT_EQ(name.size(), 9 + 32 + 5U);
    EXPECT_EQ(name, partial_name("/a", version));
    EXPECT_NE(name, partial_name("/b", version));
    EXPECT_NE(name, partial_name("/a", {.size = 11, .modified = 20}));
    EXPECT_NE(name, partial_name("/a", {.size = 10, .modified = 21}));
    EXPECT_NE(partial_name("2 /a", {.size = 1, .modified = 1}), partial_name("/a", {.size = 1, .modified = 12}));
}

TEST_F(local_ends_test, source_goes_on_in_the_middle_and_tells_its_version) {
    std::ofstream{folder / "a"} << "0123456789";
    const auto source = open_local_file(folder / "a");
    ASSERT_TRUE(source);
    const auto version = (*source)->version();
    ASSERT_TRUE(version);
    EXPECT_EQ(version->size, 10U);
    ASSERT_TRUE((*source)->seek(7));
    std::string got;
    net::asio::io_context io;
    run(io, [&] { return drain(**source, got); });
    EXPECT_EQ(got, "789");
    std::ofstream{folder / "a", std::ios::app} << "x";
    EXPECT_NE((*source)->version(), version);
}

TEST_F(local_ends_test, new_file_follows_the_umask_and_an_existing_one_keeps_its_mode) {
    const auto mask = ::umask(027);
    EXPECT_FALSE(write(folder / "new", "x"));
    EXPECT_EQ(mode_of(folder / "new"), 0640U);
    ::chmod((folder / "new").c_str(), 0604);
    EXPECT_FALSE(write(folder / "new", "y"));
    EXPECT_EQ(mode_of(folder / "new"), 0604U);
    ::umask(mask);
}

TEST_F(local_ends_test, existing_file_is_replaced_or_kept_as_asked) {
    EXPECT_FALSE(write(folder / "a", "old"));
    EXPECT_FALSE(write(folder / "a", "new", {.sync = true}));
    EXPECT_EQ(content_of(folder / "a"), "new");
    EXPECT_EQ(write(folder / "a", "newer", {.replace = false}), std::errc::file_exists);
    EXPECT_EQ(content_of(folder / "a"), "new");
    EXPECT_EQ(entries(), 1U);
}

TEST_F(local_ends_test, file_that_appears_meanwhile_is_not_replaced_unasked) {
    const auto sink = make_local_file(folder / "a", {.replace = false});
    ASSERT_TRUE(sink);
    std::ofstream{folder / "a"} << "other";
    const auto finished = (*sink)->finish();
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().code, std::errc::file_exists);
    EXPECT_EQ(content_of(folder / "a"), "other");
}

TEST_F(local_ends_test, file_behind_a_link_is_replaced_and_the_link_stays) {
    fs::create_directory(folder / "real");
    std::ofstream{folder / "real" / "file"} << "old";
    fs::create_symlink("real/file", folder / "link");
    EXPECT_FALSE(write(folder / "link", "new"));
    EXPECT_TRUE(fs::is_symlink(folder / "link"));
    EXPECT_EQ(content_of(folder / "real" / "file"), "new");
}

TEST_F(local_ends_test, folders_devices_and_pipes_are_refused) {
    EXPECT_EQ(write(folder, "x"), std::errc::is_a_directory);
    EXPECT_TRUE(write("/dev/null", "x"));
    EXPECT_TRUE(fs::is_character_file("/dev/null"));
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    EXPECT_TRUE(write(folder / "pipe", "x"));
    EXPECT_TRUE(fs::is_fifo(folder / "pipe"));
}

TEST_F(local_ends_test, missing_folder_is_named) {
    const auto sink = make_local_file(folder / "missing" / "a", {});
    ASSERT_FALSE(sink);
    EXPECT_EQ(sink.error().code, std::errc::no_such_file_or_directory);
    EXPECT_TRUE(sink.error().message.contains("missing/a"));
}

TEST_F(local_ends_test, source_yields_the_whole_file_and_knows_its_size) {
    const std::string content(700'000, 'c');
    std::ofstream{folder / "a"} << content;
    const auto source = open_local_file(folder / "a");
    ASSERT_TRUE(source);
    EXPECT_EQ((*source)->size(), content.size());
    std::string read;
    net::asio::io_context io;
    run(io, [&] { return drain(**source, read); });
    EXPECT_EQ(read, content);
}

TEST_F(local_ends_test, source_must_be_a_readable_file) {
    EXPECT_EQ(open_local_file(folder).error().code, std::errc::is_a_directory);
    EXPECT_EQ(open_local_file(folder / "missing").error().code, std::errc::no_such_file_or_directory);
}

/// Puts a pipe in the place of a standard stream for its lifetime.
class redirected {
  public:
    explicit redirected(int stream) : stream_(stream), saved_(::dup(stream)) {
        EXPECT_EQ(::pipe(pipe_), 0);
        ::dup2(pipe_[stream == STDIN_FILENO ? 0 : 1], stream);
    }
    ~redirected() {
        restore();
        for (const int end : pipe_)
            ::close(end);
    }
    redirected(const redirected&) = delete;
    redirected& operator=(const redirected&) = delete;
    void restore() {
        if (saved_ < 0) return;
        ::dup2(saved_, stream_);
        ::close(saved_);
        saved_ = -1;
    }
    [[nodiscard]] int other_end() const { return pipe_[stream_ == STDIN_FILENO ? 1 : 0]; }
    [[nodiscard]] int own_end() const { return pipe_[stream_ == STDIN_FILENO ? 0 : 1]; }

  private:
    int stream_;
    int saved_;
    int pipe_[2]{};
};

TEST_F(local_ends_test, slow_reader_of_standard_output_makes_the_writer_wait) {
    redirected output{STDOUT_FILENO};
    net::asio::io_context io;
    const auto sink = make_standard_output(io.get_executor());
    const std::string content(300'000, 'c');  // more than a pipe holds
    std::error_code failure;
    bool done = false;
    net::asio::co_spawn(io, fill(*sink, content, failure), [&](std::exception_ptr) { done = true; });
    io.poll();
    EXPECT_FALSE(done);
    std::string read(content.size(), '\0');
    std::size_t count = 0;
    while (count < read.size()) {
        const auto more = ::read(output.other_end(), read.data() + count, read.size() - count);
        ASSERT_GT(more, 0);
        count += static_cast<std::size_t>(more);
        io.poll();
    }
    io.run();
    EXPECT_TRUE(done);
    EXPECT_FALSE(failure);
    EXPECT_EQ(read, content);
    EXPECT_EQ(::fcntl(output.own_end(), F_GETFL) & O_NONBLOCK, 0) << "other programs share this description";
}

TEST_F(local_ends_test, standard_input_from_a_pipe_is_read_to_its_end) {
    redirected input{STDIN_FILENO};
    net::asio::io_context io;
    const auto source = make_standard_input(io.get_executor());
    EXPECT_FALSE(source->size());
    std::string read;
    bool done = false;
    net::asio::co_spawn(io, drain(*source, read), [&](std::exception_ptr) { done = true; });
    io.poll();
    EXPECT_FALSE(done);
    ASSERT_EQ(::write(input.other_end(), "hello", 5), 5);
    io.poll();
    EXPECT_EQ(read, "hello");
    ::close(input.other_end());
    io.run();
    EXPECT_TRUE(done);
}

}  // namespace
}  // namespace gangway::cli
