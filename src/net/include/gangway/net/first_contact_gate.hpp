#pragma once
/// Takes turns at first contacts with the same server.

#include <gangway/net/bell.hpp>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace gangway::net {

/// One turn at a time for each server, in the order of asking. Safe from any thread; nobody blocks one. Outlives its
/// turns.
class first_contact_gate {
  public:
    /// Destroying it passes the turn on.
    class turn {
      public:
        turn(first_contact_gate& gate, std::string server) : gate_(&gate), server_(std::move(server)) {}
        turn(turn&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)), server_(std::move(other.server_)) {}
        turn& operator=(turn&&) = delete;
        ~turn() {
            if (gate_ != nullptr) gate_->pass_on(server_);
        }

      private:
        first_contact_gate* gate_;
        std::string server_;
    };

    /// Waits until it is the caller's turn, however long that is. The caller runs on a strand. Cancelling throws
    /// `operation_aborted` and leaves the queue.
    [[nodiscard]] awaitable<turn> enter(std::string server);

  private:
    void pass_on(const std::string& server);
    void leave(const std::string& server, const std::shared_ptr<bell>& waiting);

    std::mutex mutex_;  ///< guards the queues
    /// Who waits for each server with which somebody has the turn. A bell is shared by its coroutine and the queue.
    std::map<std::string, std::deque<std::shared_ptr<bell>>> queues_;
};

}  // namespace gangway::net
