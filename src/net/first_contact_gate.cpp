#include <gangway/net/first_contact_gate.hpp>

#include <algorithm>

namespace gangway::net {

awaitable<first_contact_gate::turn> first_contact_gate::enter(std::string server) {
    const auto mine = std::make_shared<bell>();
    {
        const std::scoped_lock lock{mutex_};
        const auto [queue, nobody] = queues_.try_emplace(server);
        if (nobody) co_return turn{*this, std::move(server)};
        queue->second.push_back(mine);
    }
    /// Leaves the queue when the wait ends any other way, also when the coroutine is destroyed in it.
    struct place {
        first_contact_gate* gate;
        const std::string& server;
        const std::shared_ptr<bell>& waiting;
        ~place() {
            if (gate != nullptr) gate->leave(server, waiting);
        }
    } in_queue{this, server, mine};
    co_await mine->wait();
    in_queue.gate = nullptr;
    co_return turn{*this, std::move(server)};
}

void first_contact_gate::pass_on(const std::string& server) {
    std::shared_ptr<bell> next;
    {
        const std::scoped_lock lock{mutex_};
        const auto queue = queues_.find(server);
        if (queue->second.empty()) {
            queues_.erase(queue);
            return;
        }
        next = std::move(queue->second.front());
        queue->second.pop_front();
    }
    next->ring();
}

void first_contact_gate::leave(const std::string& server, const std::shared_ptr<bell>& waiting) {
    {
        const std::scoped_lock lock{mutex_};
        auto& queue = queues_[server];
        const auto place = std::ranges::find(queue, waiting);
        if (place != queue.end()) {
            queue.erase(place);
            return;
        }
    }
    // The turn was passed on to a coroutine that gave up at the same moment.
    pass_on(server);
}

}  // namespace gangway::net
