/// One run, from the lease to its end in the history.

#include "pull_core.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>

namespace gangway::transfer {
namespace {

constexpr std::chrono::seconds before_next_try{5};

run_result failed(const run_order& order, base::error why) {
    run_result result{.run = order.run};
    result.run.outcome = store::run_outcome::failed;
    result.run.error = why.message;
    result.failure = std::move(why);
    return result;
}

}  // namespace

net::awaitable<void> pull_service::core::work(shared_pulling run) {
    const auto began = tools_.clock.steady();
    auto begun = co_await tools_.database.write(
        [&](store::transaction& tx) { return begin_run(tx, run->what, options_.node, options_.lease); });
    if (!begun) tools_.watch.trouble("run", begun.error());
    if (begun && begun->how == beginning::begun) {
        run->started_at = begun->order.run.started_at.time_since_epoch().count();
        spawn("lease", keep_lease(run, begun->order.lease, began), run->end_keeping.slot());
        if (run->what.only_finish)
            co_await finish(run, std::move(*begun));
        else
            co_await pull(run, std::move(*begun));
        run->over = true;
        run->end_keeping.emit(net::asio::cancellation_type::terminal);
    } else if (!stopping_ && !run->stopping && (!begun || begun->how == beginning::elsewhere)) {
        run->not_before =
            tools_.clock.steady() + (begun ? options_.lease / 3 : std::chrono::milliseconds{before_next_try});
        busy_.erase(run->what.connection_id);
        waiting_.push_back(run);
        nudge();
        co_return;
    }
    busy_.erase(run->what.connection_id);
    let_go(*run);
    nudge();
}

net::awaitable<void> pull_service::core::pull(shared_pulling run, begun_run begun) {
    const auto order = std::move(begun.order);
    tools_.watch.run_started(order);
    auto result = begun.unfit ? failed(order, std::move(*begun.unfit)) : co_await result_of(run, order);
    co_await write_end(run, order, std::move(result));
}

net::awaitable<void> pull_service::core::finish(shared_pulling run, begun_run begun) {
    constexpr std::chrono::minutes before_another_try{10};
    const auto order = std::move(begun.order);
    const auto result = begun.unfit ? failed(order, std::move(*begun.unfit)) : co_await result_of(run, order);
    const auto freed = co_await tools_.database.write(
        [&](store::transaction& tx) { return store::leases::give_back(tx, order.lease); });
    if (!freed) tools_.watch.trouble("files left behind", freed.error());
    const auto* const why = result.why();
    if (why == nullptr) co_return;
    tools_.watch.trouble("files left behind", *why);
    if (const auto known = folders_.find(order.folder.id); known != folders_.end())
        known->second.finish_after = tools_.clock.steady() + before_another_try;
}

net::awaitable<run_result> pull_service::core::result_of(shared_pulling run, const run_order& order) {
    run_result cut_off{.run = order.run};
    cut_off.run.outcome = store::run_outcome::interrupted;
    // Whoever wanted it to end before it could be told.
    if (run->stopping) co_return cut_off;
    try {
        co_return co_await net::asio::co_spawn(
            strand_, run->what.only_finish ? tools_.runner.finish(order) : tools_.runner.run(order, run->progress),
            net::asio::bind_cancellation_slot(run->stop.slot(), net::asio::use_awaitable));
    } catch (const std::exception& failure) {
        if (run->stopping) co_return cut_off;
        tools_.watch.trouble(
            "run", {std::make_error_code(std::errc::state_not_recoverable), base::phase::request, failure.what()});
        cut_off = failed(order, {std::make_error_code(std::errc::state_not_recoverable), base::phase::request,
                                 "An internal error ended the run; the log has more"});
    }
    co_return cut_off;
}

/// The lease is counted from before its transaction, by the monotonic clock: it may only end earlier for us than for
/// others. A renewal that comes back too late, or not, ends the run; the ledger's fences do the rest.
net::awaitable<void> pull_service::core::keep_lease(shared_pulling run, store::lease held, moment since) {
    while (!run->over) {
        co_await tools_.sleeps.until(since + options_.lease / 3);
        const auto began = tools_.clock.steady();
        const auto renewed = co_await tools_.database.write(
            [&](store::transaction& tx) { return store::leases::renew(tx, held, options_.lease); });
        if (run->over) co_return;
        const auto now = tools_.clock.steady();
        if (now - since >= options_.lease || (renewed && !*renewed)) {
            end_early(*run, run_end::cut_off);
            co_return;
        }
        if (renewed)
            since = began;
        else
            co_await tools_.sleeps.until(now + options_.lease / 12);
    }
}

net::awaitable<void> pull_service::core::write_end(shared_pulling run, const run_order& order, run_result result) {
    const auto entry = folders_.find(order.folder.id);
    const unsigned looks = entry == folders_.end() ? 0 : entry->second.looks;
    if (const auto* const why = result.why(); why != nullptr && tools_.code_of) {
        result.run.code = tools_.code_of(why->code);
        result.run.phase = base::to_string(why->where);
    }
    run->ending = true;
    for (;;) {
        const auto ended = co_await tools_.database.write(
            [&](store::transaction& tx) { return end_run(tx, order, result, run->interrupted_by, looks); });
        if (ended) {
            result.run = ended->run;
            if (const auto known = folders_.find(order.folder.id); known != folders_.end())
                known->second.looks = ended->next.looks;
            break;
        }
        // The lease is kept meanwhile. What is never written is seen as interrupted by the next run.
        tools_.watch.trouble("run", ended.error());
        if (stopping_) break;
        static_cast<void>(co_await sleep(tools_.clock.steady() + before_next_try, run->stop.slot()));
    }
    table_.count(result.run);
    tools_.watch.run_ended(order, result);
}

}  // namespace gangway::transfer
