#pragma once
/// For tests: sessions whose server is a function in this process. Its messages are written here from the draft's
/// numbers, not by the product's encoder.

#include <gangway/base/byte_reader.hpp>
#include <gangway/base/byte_writer.hpp>
#include <gangway/net/byte_channel.hpp>
#include <gangway/net/errors.hpp>
#include <gangway/remote/sessions.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gangway::api::testing {

struct sftp_request {
    std::uint8_t type;
    std::string rest;  ///< what follows the id

    /// The string fields from the front.
    [[nodiscard]] std::string text(int which = 0) const {
        base::byte_reader in{rest};
        for (; which > 0; --which)
            static_cast<void>(in.string());
        return std::string{in.string()};
    }
};

/// A reply's type and what follows the id in it. Type 0: the server hangs up instead.
struct sftp_reply {
    std::uint8_t type = 0;
    std::string rest{};
};

inline sftp_reply status(std::uint32_t code, std::string_view text = "") {
    sftp_reply made{.type = 101};
    base::byte_writer out{made.rest};
    out.u32(code);
    out.string(text);
    out.string("");
    return made;
}
inline sftp_reply handle() {
    return {.type = 102, .rest = std::string{"\0\0\0\1h", 5}};
}
inline sftp_reply data(std::string_view octets) {
    sftp_reply made{.type = 103};
    base::byte_writer{made.rest}.string(octets);
    return made;
}
/// The octets of ATTRS with all fields.
inline std::string attributes(std::uint64_t size, std::uint32_t mode, std::uint32_t mtime) {
    std::string octets;
    base::byte_writer out{octets};
    out.u32(0xF);
    out.u64(size);
    for (const std::uint32_t value : {1001U, 1002U, mode, 0U, mtime})
        out.u32(value);
    return octets;
}
inline sftp_reply attrs(std::string octets) {
    return {.type = 105, .rest = std::move(octets)};
}
/// NAME: the names, each with its ATTRS.
inline sftp_reply names(const std::vector<std::pair<std::string, std::string>>& entries) {
    sftp_reply made{.type = 104};
    base::byte_writer out{made.rest};
    out.u32(static_cast<std::uint32_t>(entries.size()));
    for (const auto& [name, octets] : entries) {
        out.string(name);
        out.string("longname");
        out.raw(octets);
    }
    return made;
}

/// Nothing: the request is never answered.
using sftp_script = std::function<std::optional<sftp_reply>(const sftp_request&)>;

class scripted_channel final : public net::byte_channel {
  public:
    scripted_channel(net::asio::any_io_executor executor, sftp_script script)
        : executor_(std::move(executor)), script_(std::move(script)) {}
    ~scripted_channel() override { *listener_ = nullptr; }
    scripted_channel(const scripted_channel&) = delete;
    scripted_channel& operator=(const scripted_channel&) = delete;

    [[nodiscard]] net::asio::any_io_executor executor() const override { return executor_; }
    void listen(net::channel_listener& listener) override { *listener_ = &listener; }
    std::size_t write(std::string_view octets) override {
        input_.append(octets);
        for (;;) {
            base::byte_reader in{input_};
            const std::string frame{in.string()};
            if (!in.ok()) return octets.size();
            input_.erase(0, frame.size() + 4);
            answer(frame);
        }
    }

  private:
    void answer(const std::string& frame) {
        base::byte_reader in{frame};
        const auto type = in.u8();
        const auto id = in.u32();
        std::string body;
        base::byte_writer out{body};
        if (type == 1) {
            out.u8(2), out.u32(3);
            out.string("statvfs@openssh.com"), out.string("2");
        } else {
            const auto made = script_({type, std::string{in.rest()}});
            if (!made) return;
            if (made->type == 0) return hang_up();
            out.u8(made->type), out.u32(id);
            out.raw(made->rest);
        }
        std::string framed;
        base::byte_writer{framed}.string(body);
        net::asio::post(executor_, [listener = listener_, framed = std::move(framed)] {
            if (*listener != nullptr) (*listener)->received(framed);
        });
    }

    void hang_up() {
        net::asio::post(executor_, [listener = listener_] {
            const base::error lost{net::errc::connection_lost, base::phase::sftp, "the server closed the connection"};
            if (*listener != nullptr) (*listener)->closed(lost);
        });
    }

    net::asio::any_io_executor executor_;
    sftp_script script_;
    std::string input_{};
    std::shared_ptr<net::channel_listener*> listener_ = std::make_shared<net::channel_listener*>(nullptr);
};

/// Gives out one session per lease; everything a test wants to know of the calls is kept.
class scripted_sessions final : public remote::sessions {
  public:
    sftp_script script = [](const sftp_request&) { return status(0); };
    std::optional<base::error> refusal{};                ///< of `acquire` and `identify`
    std::optional<model::fingerprint> host_key{};        ///< what the report tells
    std::optional<base::phase> hangs_in{};               ///< `acquire` or `identify` never ends, in this phase
    std::optional<net::asio::any_io_executor> strand{};  ///< where the session lives; else where it is asked for
    net::checkup found{};                                ///< what the doctor finds
    remote::pool_statistics pool{};                      ///< what `statistics` tells
    int reused = 0;                                      ///< so many leases are of sessions that were there before

    std::vector<remote::target> targets{};
    std::optional<model::fingerprint> examined_for{};
    bool examined_with_credentials = false;
    int examined = 0;
    int cancelled = 0;
    int leases_alive = 0;

    net::async_result<std::unique_ptr<remote::lease>> acquire(remote::target where, net::dial_report& report) override {
        targets.push_back(std::move(where));
        report.host_key = host_key;
        if (hangs_in) {
            report.reached = *hangs_in;
            co_await hang();
        }
        if (refusal) co_return std::unexpected(*refusal);
        const auto here = strand ? *strand : co_await net::asio::this_coro::executor;
        auto client =
            co_await net::sftp_client::start(std::make_unique<scripted_channel>(here, script), std::chrono::hours{1});
        co_return std::make_unique<scripted_lease>(*this, std::move(client.value()), reused-- > 0);
    }
    void retire(const std::string&) override {}
    net::async_result<net::identification> identify(model::endpoint, base::phase& reached) override {
        if (hangs_in) {
            reached = *hangs_in;
            co_await hang();
        }
        if (refusal) co_return std::unexpected(*refusal);
        co_return net::identification{"SSH-2.0-Test_1 extra", "2.0", "Test_1 extra"};
    }
    net::awaitable<net::checkup> examine(model::endpoint, std::optional<model::credentials> who,
                                         std::optional<model::fingerprint> expected) override {
        ++examined;
        examined_with_credentials = who.has_value();
        examined_for = expected;
        co_return found;
    }

    remote::pool_statistics statistics() const override { return pool; }

  private:
    class scripted_lease final : public remote::lease {
      public:
        scripted_lease(scripted_sessions& from, std::unique_ptr<net::sftp_client> client, bool reused)
            : from_(from), client_(std::move(client)), reused_(reused) {
            ++from_.leases_alive;
        }
        ~scripted_lease() override { --from_.leases_alive; }
        scripted_lease(const scripted_lease&) = delete;
        scripted_lease& operator=(const scripted_lease&) = delete;
        net::sftp_client& client() noexcept override { return *client_; }
        [[nodiscard]] bool reused() const noexcept override { return reused_; }

      private:
        scripted_sessions& from_;
        std::unique_ptr<net::sftp_client> client_;
        bool reused_;
    };

    net::awaitable<void> hang() {
        net::asio::steady_timer never{co_await net::asio::this_coro::executor,
                                      net::asio::steady_timer::time_point::max()};
        try {
            co_await never.async_wait(net::asio::use_awaitable);
        } catch (...) {
            ++cancelled;
            throw;
        }
    }
};

}  // namespace gangway::api::testing
