#pragma once
/// The client's side of one SFTP channel, without input or output: octets in, octets and completions out.

#include <gangway/sftp/codec.hpp>
#include <gangway/sftp/detail/frame_reader.hpp>
#include <gangway/sftp/detail/output_queue.hpp>
#include <gangway/sftp/detail/request_table.hpp>
#include <gangway/sftp/messages.hpp>
#include <gangway/sftp/reply.hpp>
#include <gangway/sftp/server_features.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

namespace gangway::sftp {

struct session_limits {
    std::size_t in_flight = 4096;             ///< requests without an answer, abandoned ones included
    std::size_t output = 64UL * 1024 * 1024;  ///< octets waiting to be sent beyond which nothing is submitted
};

/// One answered request.
struct completion {
    std::uint64_t token;  ///< the caller's, from `submit`
    request_id id;
    packet_type request;  ///< what was asked
    reply answer;         ///< a STATUS or the request's `reply_type`, already found well-formed
};

/// Multiplexes requests on one channel: many in flight, answers in any order, each may be abandoned at any time.
///
/// The owner moves octets (`output`/`consumed`, `receive`) and takes completions (`next`) after every `receive`. It
/// never calls back. Not thread-safe: one strand per session.
///
/// Whatever the server sends, memory is bounded: one message, the unanswered requests, and the answers not yet taken.
/// Any breach of the protocol ends the session for good: `receive` says why, `submit` refuses, and the owner fails what
/// `drain` names. There is no resynchronising with a peer that lost count.
class session {
  public:
    explicit session(session_limits limits = {});

    /// Queues INIT; call once, before anything else.
    void start();
    /// VERSION came and the session is neither failed nor drained.
    [[nodiscard]] bool ready() const noexcept { return stage_ == stage::ready; }
    /// What the server can do; meaningful once `ready`. If it offers limits@openssh.com the session asks at once, and
    /// `features().limits` changes from the defaults when the answer comes.
    [[nodiscard]] const server_features& features() const noexcept { return features_; }

    /// Queues a request and copies all it views. `token` is the caller's own and comes back in the completion. What is
    /// no extension may be sent right behind INIT, to a server that reads on before it has answered that: all versions
    /// from 3 on, which is the lowest that is accepted, begin with the same requests. Fails with `closed`, `busy`,
    /// `extension_missing`, `too_long` or `incomplete_attributes`; then nothing is queued.
    template <request_message Request>
    [[nodiscard]] base::result<request_id> submit(const Request& request, std::uint64_t token) {
        if (auto refused = refusal<Request>()) return std::unexpected(*std::move(refused));
        return enqueue(request, token, detail::interest::wanted);
    }

    /// Queues a request whose answer nobody wants, e.g. the CLOSE of a handle that was only read. Fails as `submit`.
    template <request_message Request>
    base::result<void> post(const Request& request) {
        if (auto refused = refusal<Request>()) return std::unexpected(*std::move(refused));
        auto queued = enqueue(request, 0, detail::interest::none);
        if (!queued) return std::unexpected(std::move(queued.error()));
        return {};
    }

    /// The caller no longer wants the answer; no completion with `id` follows, and `drain` does not name it. What lies
    /// unsent as a whole is not sent; what was sent is answered into the void, but a HANDLE that comes late is closed.
    /// An id that is not in flight is ignored.
    void abandon(request_id id);

    /// What to write next; empty if there is nothing. Lives until the next call of `start`, `submit`, `abandon`,
    /// `consumed` or `receive`; ask again after `consumed`, there may be more.
    [[nodiscard]] std::string_view output() const noexcept { return output_.front(); }
    /// The first `count` octets of `output()` were written.
    void consumed(std::size_t count) { output_.pop(count); }
    /// Octets waiting to be written.
    [[nodiscard]] std::size_t output_size() const noexcept { return output_.size(); }

    /// Octets from the server, in any fragments. An error is `protocol_error` or `unsupported_version` and final: it is
    /// returned again by every further call. Answers that came whole before it can still be taken.
    [[nodiscard]] base::result<void> receive(std::string_view octets);
    /// The next answered request, in order of arrival.
    [[nodiscard]] std::optional<completion> next();
    /// Gives an answer's octets back when they have been used, so that the next large one need not allocate.
    void recycle(reply&& used);

    /// Ends the session, e.g. because the channel closed: the tokens of all requests that nothing will answer any more,
    /// in order of submission. Answers that have arrived can still be taken.
    [[nodiscard]] std::vector<std::uint64_t> drain();

    /// Requests that the caller still waits for.
    [[nodiscard]] std::size_t in_flight() const noexcept { return requests_.wanted(); }

  private:
    enum class stage : std::uint8_t { awaiting_version, ready, ended };

    template <request_message Request>
    [[nodiscard]] std::optional<base::error> refusal() const {
        if constexpr (extension_message<Request>) {
            if (stage_ == stage::awaiting_version) return unopened(Request::label);
            if (ready() && !(features_.*Request::feature)) return missing(Request::extension);
        }
        return unable(Request::label);
    }
    template <request_message Request>
    [[nodiscard]] base::result<request_id> enqueue(const Request& request, std::uint64_t token,
                                                   detail::interest interest) {
        const auto id = requests_.next_id();
        const auto begin = output_.end();
        if (const auto reason = encode(output_.buffer(), id, request)) {
            return std::unexpected(unsendable(Request::label, *reason));
        }
        detail::pending entry{.kind = &detail::kind_of<Request>,
                              .token = token,
                              .begin = begin,
                              .end = output_.end(),
                              .id = id,
                              .interest = interest};
        if constexpr (std::same_as<Request, read_request>) entry.asked = request.length;
        requests_.add(entry);
        return id;
    }
    [[nodiscard]] std::optional<base::error> unable(std::string_view label) const;
    [[nodiscard]] static base::error unopened(std::string_view label);
    [[nodiscard]] static base::error missing(std::string_view extension);
    [[nodiscard]] static base::error unsendable(std::string_view label, errc reason);

    [[nodiscard]] base::result<void> take_in(std::string_view octets);
    [[nodiscard]] base::result<void> version_arrived(const frame& octets);
    [[nodiscard]] base::result<void> answer_arrived(frame octets);
    [[nodiscard]] bool may_be_oversized() const;
    [[nodiscard]] base::error bad_length(std::string_view octets) const;
    void close_late_handle(std::string_view body);
    void end();

    session_limits limits_;
    stage stage_ = stage::awaiting_version;
    server_features features_{};
    detail::output_queue output_{};         ///< what still has to be sent?
    detail::request_table requests_{};      ///< what has not been answered?
    detail::frame_reader input_{};          ///< what of the next message is here?
    std::deque<completion> completed_{};    ///< what has not been taken?
    std::optional<base::error> failure_{};  ///< why did it end?
};

}  // namespace gangway::sftp
