// A session under any mix of requests, cancellations, and octets from the server. The input is a list of steps: an
// octet that says what happens, then what that needs. Whatever comes, every request is answered, abandoned or drained,
// once.

#include <gangway/sftp/session.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

using namespace gangway;
using namespace gangway::sftp;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

class driver {
  public:
    driver() { client_.start(); }

    void step(base::byte_reader& input) {
        const auto what = input.u8();
        if (what < 128) return submit_kind(what);
        switch (what % 5) {
            case 0:
                return receive(input.take(input.u8()));
            case 1:
                return answer(input);
            case 2:
                return abandon(input.u8());
            case 3:
                return write(input.u8());
            case 4:
                return take();
        }
    }
    void finish() {
        take();
        for (const auto token : client_.drain())
            require(waiting_.erase(token) == 1);
        require(waiting_.empty());
        require(client_.in_flight() == 0 && !client_.next());
    }

  private:
    void submit_kind(unsigned kind) {
        const std::string_view name = "name";
        switch (kind % 10) {
            case 0:
                return submit(open_request{.path = name});
            case 1:
                return submit(opendir_request{.path = name});
            case 2:
                return submit(read_request{.handle = name, .offset = kind, .length = kind});
            case 3:
                return submit(readdir_request{.handle = name});
            case 4:
                return submit(write_request{.handle = name, .data = name});
            case 5:
                return submit(stat_request{.path = name});
            case 6:
                return submit(realpath_request{.path = name});
            case 7:
                return submit(close_request{.handle = name});
            case 8:
                return submit(statvfs_request{.path = name});
            case 9:
                return submit(users_groups_request{});
        }
    }
    template <class Request>
    void submit(const Request& request) {
        const auto id = client_.submit(request, next_token_);
        require(id.has_value() || !client_.ready() || extension_message<Request> || waiting_.size() > 1000);
        if (id) waiting_.emplace(next_token_++, *id);
    }
    void receive(std::string_view octets) {
        const bool failed_before = failed_;
        failed_ = !client_.receive(octets);
        require(!failed_before || failed_);
        require(!failed_ || !client_.ready());
    }
    /// A message of some type to one of the requests, so that more is reached than guessing ids would.
    void answer(base::byte_reader& input) {
        std::string body(1, static_cast<char>(input.u8()));
        base::byte_writer{body}.u32(some_id(input.u8()));
        body += input.take(input.u8());
        std::string message;
        base::byte_writer{message}.string(body);
        receive(message);
    }
    void abandon(unsigned which) {
        const auto id = some_id(which);
        client_.abandon(id);
        std::erase_if(waiting_, [id](const auto& entry) { return entry.second == id; });
    }
    void write(unsigned count) {
        const auto before = client_.output_size();
        const auto piece = std::min<std::size_t>(count, client_.output().size());
        client_.consumed(piece);
        require(client_.output_size() == before - piece);
        require((client_.output_size() == 0) == client_.output().empty());
    }
    void take() {
        while (auto done = client_.next()) {
            require(waiting_.erase(done->token) == 1);
            if (const auto names = done->answer.as<name_reply>()) {
                for ([[maybe_unused]] const auto& entry : names->entries) {
                }
            }
            static_cast<void>(done->answer.succeeded());
            client_.recycle(std::move(done->answer));
        }
    }
    [[nodiscard]] request_id some_id(unsigned which) const {
        if (waiting_.empty()) return which;
        return std::next(waiting_.begin(), static_cast<std::ptrdiff_t>(which % waiting_.size()))->second;
    }

    session client_{};
    std::map<std::uint64_t, request_id> waiting_{};
    std::uint64_t next_token_ = 0;
    bool failed_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    base::byte_reader input{{reinterpret_cast<const char*>(data), size}};
    driver run;
    while (input.remaining() > 0)
        run.step(input);
    run.finish();
    return 0;
}
