#pragma once
/// The requests that have not been answered, by id.

#include <gangway/sftp/codec.hpp>
#include <gangway/sftp/messages/status.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace gangway::sftp::detail {

/// What is the same for all requests of one kind.
struct request_kind {
    packet_type type;
    std::string_view label;
    bool (*well_formed)(std::string_view body);  ///< whether `body` is a reply of its type, and no STATUS instead
};
template <request_message Request>
inline constexpr request_kind kind_of{
    .type = Request::type,
    .label = Request::label,
    .well_formed = [](std::string_view body) { return decode<typename Request::reply_type>(body).has_value(); },
};

/// Who wants the answer: the caller, or nobody (abandoned, or asked by the session itself).
enum class interest : std::uint8_t { wanted, none };

/// One request without an answer.
struct pending {
    const request_kind* kind = nullptr;  ///< null in a free slot
    std::uint64_t token = 0;             ///< the caller's
    std::uint64_t begin = 0;             ///< where the message lies in the output stream
    std::uint64_t end = 0;
    request_id id = 0;
    std::uint32_t asked = 0;  ///< octets a READ asked for
    detail::interest interest = interest::wanted;
};

/// Ids count upwards. An id's slot is its low bits, so finding one is one comparison, and an id answered once is
/// unknown afterwards. The table is at most half full; an id whose slot is taken is passed over.
class request_table {
  public:
    request_table() : slots_(initial_slots) {}

    /// The id the next `add` takes.
    [[nodiscard]] request_id next_id() const noexcept { return next_id_; }
    void add(pending request);
    /// The request `id`, or null. Lives until the next `add` or `remove`.
    [[nodiscard]] const pending* find(request_id id) const noexcept;
    /// Nobody wants the answer any more.
    void lose_interest(request_id id) noexcept;
    void remove(request_id id) noexcept;
    /// Takes all out: the tokens of the wanted, in the order they were added.
    [[nodiscard]] std::vector<std::uint64_t> clear();

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t wanted() const noexcept { return wanted_; }
    /// How many READDIRs are among them, wanted or not.
    [[nodiscard]] std::size_t listings() const noexcept { return listings_; }

  private:
    static constexpr std::size_t initial_slots = 64;

    [[nodiscard]] std::size_t slot_of(request_id id) const noexcept { return id & (slots_.size() - 1); }
    void grow();

    std::vector<pending> slots_;  ///< a power of two of them
    request_id next_id_ = 0;      ///< its slot is free
    std::size_t size_ = 0;
    std::size_t wanted_ = 0;
    std::size_t listings_ = 0;
};

}  // namespace gangway::sftp::detail
