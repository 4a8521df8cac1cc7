#include "pull_core.hpp"

#include <gangway/crypto/digest.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>

namespace gangway::transfer {

pull_service::core::core(const net::asio::any_io_executor& executor, pull_tools tools, pull_options options)
    : tools_(tools), options_(std::move(options)), strand_(net::asio::make_strand(executor)), idle_(strand_) {
    last_look_ = tools_.clock.steady().time_since_epoch().count();
}

bool pull_service::core::is_alive() const {
    constexpr std::chrono::minutes longest{3};
    const std::chrono::steady_clock::time_point last{std::chrono::steady_clock::duration{last_look_.load()}};
    return tools_.clock.steady() - last < longest;
}

void pull_service::core::start() {
    net::asio::post(strand_, [this] {
        spawn("schedules", follow_agenda());
        spawn("retention", remove_old(), removal_.slot());
    });
}

void pull_service::core::wake() {
    net::asio::post(strand_, [this] {
        next_look_at_all_ = {};
        nudge();
    });
}

void pull_service::core::nudge() {
    nudged_ = true;
    nap_.emit(net::asio::cancellation_type::terminal);
}

net::awaitable<bool> pull_service::core::stop() {
    stopping_ = true;
    nudge();
    removal_.emit(net::asio::cancellation_type::terminal);
    for (const auto& run : std::exchange(waiting_, {}))
        let_go(*run);
    for (const auto& [folder, run] : in_hand_)
        end_early(*run, run_end::cut_off);
    while (tasks_ != 0) {
        idle_.expires_at(net::asio::steady_timer::time_point::max());
        static_cast<void>(co_await idle_.async_wait(net::asio::as_tuple(net::asio::use_awaitable)));
    }
    co_return true;
}

void pull_service::core::spawn(std::string_view name, net::awaitable<void> work, net::asio::cancellation_slot slot) {
    ++tasks_;
    const auto done = [this, name](const std::exception_ptr& thrown) {
        try {
            if (thrown) std::rethrow_exception(thrown);
        } catch (const boost::system::system_error& failure) {
            // Naps and the like that were ended.
            if (failure.code() != net::asio::error::operation_aborted)
                tools_.watch.trouble(name, {failure.code(), base::phase::request, failure.what()});
        } catch (const std::exception& failure) {
            tools_.watch.trouble(
                name, {std::make_error_code(std::errc::state_not_recoverable), base::phase::request, failure.what()});
        }
        if (--tasks_ == 0) idle_.cancel();
    };
    net::asio::co_spawn(strand_, std::move(work), net::asio::bind_cancellation_slot(slot, done));
}

net::awaitable<bool> pull_service::core::sleep(moment until, net::asio::cancellation_slot slot) {
    const auto [thrown] = co_await net::asio::co_spawn(
        strand_, tools_.sleeps.until(until),
        net::asio::bind_cancellation_slot(slot, net::asio::as_tuple(net::asio::use_awaitable)));
    co_return thrown != nullptr;
}

std::string pull_service::core::new_run_id() {
    constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    std::string id = "run_";
    for (const char octet : crypto::random_bytes(26))
        id += alphabet[static_cast<unsigned char>(octet) & 31U];
    return id;
}

shared_pulling pull_service::core::unfinished(const std::string& folder_id) const {
    const auto found = in_hand_.find(folder_id);
    if (found != in_hand_.end() && !found->second->ending && !found->second->what.only_finish) return found->second;
    const auto next = next_.find(folder_id);
    return next == next_.end() ? nullptr : next->second;
}

void pull_service::core::take_in_hand(wanted_run what) {
    const auto run = std::make_shared<pulling>(std::move(what));
    table_.add(run);
    if (is_in_hand(run->what.folder_id))
        next_.emplace(run->what.folder_id, run);
    else
        queue(run);
}

void pull_service::core::queue(const shared_pulling& run) {
    in_hand_.emplace(run->what.folder_id, run);
    waiting_.push_back(run);
    nudge();
}

void pull_service::core::let_go(const pulling& run) {
    table_.remove(run);
    in_hand_.erase(run.what.folder_id);
    const auto next = next_.extract(run.what.folder_id);
    if (next.empty()) return;
    if (stopping_)
        table_.remove(*next.mapped());
    else
        queue(next.mapped());
}

void pull_service::core::end_early(pulling& run, run_end why) {
    if (run.stopping.exchange(true)) return;
    run.interrupted_by = why;
    const auto queued = std::ranges::find(waiting_, &run, &shared_pulling::get);
    if (queued == waiting_.end()) {
        run.stop.emit(net::asio::cancellation_type::terminal);
        return;
    }
    const auto kept = std::move(*queued);
    waiting_.erase(queued);
    let_go(run);
}

void pull_service::core::dispatch() {
    const auto now = tools_.clock.steady();
    std::erase_if(waiting_, [&](const shared_pulling& run) {
        if (stopping_ || busy_.size() >= options_.connections || run->not_before > now) return false;
        if (!busy_.insert(run->what.connection_id).second) return false;
        spawn("run", work(run));
        return true;
    });
}

}  // namespace gangway::transfer
