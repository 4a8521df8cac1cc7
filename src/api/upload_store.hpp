#pragma once
/// The uploads that are under way, by id.

#include <gangway/api/upload_limits.hpp>
#include <gangway/base/clock.hpp>
#include <gangway/base/error.hpp>
#include <gangway/net/resumable_upload.hpp>
#include <gangway/remote/session_store.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gangway::api {

/// One upload. `offset`, `length` and `published` are changed only by who holds the lock, and read by anybody.
struct stored_upload {
    static constexpr std::uint64_t unknown = UINT64_MAX;

    std::shared_ptr<const remote::stored_session> session;  ///< kept by this, the session does not become idle
    net::upload_target target;
    std::string metadata;  ///< as the client gave it

    std::atomic<std::uint64_t> offset = 0;  ///< octets that count
    std::atomic<std::uint64_t> length = unknown;
    std::atomic<bool> published = false;  ///< has the file got its name?
    std::atomic<bool> locked = false;     ///< does somebody write to it?

    [[nodiscard]] bool complete() const noexcept { return offset.load() == length.load(); }
};

/// Only one request at a time changes an upload.
class upload_lock {
  public:
    /// Nothing if another request holds the lock.
    [[nodiscard]] static std::optional<upload_lock> take(std::shared_ptr<stored_upload> upload);
    upload_lock(upload_lock&&) noexcept = default;
    upload_lock& operator=(upload_lock&&) = delete;
    ~upload_lock() {
        if (upload_) upload_->locked = false;
    }

  private:
    explicit upload_lock(std::shared_ptr<stored_upload> upload) noexcept : upload_(std::move(upload)) {}
    std::shared_ptr<stored_upload> upload_;
};

/// In memory only: uploads end with the process. Safe from any thread. Ids are 192 random bits; the store knows only
/// their digests, as the store of sessions does.
class upload_store {
  public:
    /// `clock` outlives this.
    explicit upload_store(const base::clock& clock, upload_limits limits = {}) : clock_(clock), limits_(limits) {}

    /// Whether a session may have one more. Error: `too_many_requests`.
    [[nodiscard]] base::result<void> has_room(const remote::stored_session& session) const;
    /// The id of a new upload. Error: `too_many_requests`.
    [[nodiscard]] base::result<std::string> add(std::shared_ptr<stored_upload> upload);
    /// The upload of this session, or null. While somebody holds it, it does not become idle.
    [[nodiscard]] std::shared_ptr<stored_upload> find(std::string_view id, const remote::stored_session& session);
    void remove(std::string_view id);
    /// Makes all uploads of a session due: it was closed.
    void close(const remote::stored_session& session);
    /// Takes out what nobody asked about for too long.
    [[nodiscard]] std::vector<std::shared_ptr<stored_upload>> take_expired();

    /// Until when an upload that is asked about now is kept.
    [[nodiscard]] std::chrono::system_clock::time_point kept_until() const { return clock_.wall() + limits_.idle; }
    [[nodiscard]] const upload_limits& limits() const noexcept { return limits_; }

  private:
    using time_point = std::chrono::steady_clock::time_point;
    struct entry {
        std::shared_ptr<stored_upload> upload;
        time_point used;
        bool closed = false;
    };
    [[nodiscard]] base::result<void> has_room_locked(const remote::stored_session& session) const;
    [[nodiscard]] bool is_over(entry& each, time_point now) const;

    const base::clock& clock_;
    upload_limits limits_;
    mutable std::mutex mutex_{};                        ///< guards what follows
    std::unordered_map<std::string, entry> uploads_{};  ///< by the digest of the id
};

}  // namespace gangway::api
