#pragma once
/// The database for coroutines: blocking calls run on threads of their own.

#include <gangway/store/database.hpp>
#include <gangway/store/errors.hpp>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace gangway::store {

template <class T>
using async_result = boost::asio::awaitable<T>;

/// A thread with a database of its own and a queue in front of it. Safe from any thread.
class database_thread {
  public:
    /// What waits in the queue.
    class task {
      public:
        virtual ~task() = default;
        /// As `change::work`; on the database's thread.
        [[nodiscard]] virtual base::result<void> run(transaction& tx) = 0;
        /// Called once, on the database's thread, when the outcome is durable.
        virtual void done(base::result<void> outcome) = 0;
    };

    /// `most_waiting` bounds the queue, `most_together` the changes that share a transaction.
    database_thread(std::unique_ptr<database> owned, std::size_t most_waiting, std::size_t most_together);
    database_thread(const database_thread&) = delete;
    database_thread& operator=(const database_thread&) = delete;
    /// Waits until everything in the queue is done.
    ~database_thread();

    /// False if too much is waiting; then `what` is as it was.
    [[nodiscard]] bool submit(access how, std::unique_ptr<task>& what);

  private:
    class state;
    std::unique_ptr<state> state_;
};

/// Reads and writes for coroutines. Writes that wait at the same time share a transaction (group commit): many small
/// changes cost one sync of the disk. Each is answered when it is durable, and a failing one is undone alone.
///
/// Destroying it waits for what was begun; the executors of those who wait must still be running then, or be destroyed
/// after it.
class async_database {
  public:
    struct limits {
        std::size_t waiting = 16384;  ///< calls in each of the two queues
        std::size_t together = 1024;  ///< changes in one transaction
    };

    /// Opens one connection for writing and one for reading, which sees what was written before it began. A database
    /// in memory has one connection for both. Blocks; errors as of `database::open`. `clock` outlives it.
    [[nodiscard]] static base::result<std::unique_ptr<async_database>> open(location where, const base::clock& clock,
                                                                            limits how);
    /// The same with a connection to `where` that is open already.
    [[nodiscard]] static base::result<std::unique_ptr<async_database>> start(std::unique_ptr<database> opened,
                                                                             location where, const base::clock& clock,
                                                                             limits how);

    /// As `database::read` and `database::write`; `work` runs on another thread. Cancelling does not interrupt it and
    /// does not return before it is done, so it may refer to what the caller owns. Errors besides: `overloaded`.
    template <class Work>
    [[nodiscard]] async_result<result_of<Work>> read(Work work) {
        return call(reader_ ? *reader_ : writer_, access::read, std::move(work));
    }
    template <class Work>
    [[nodiscard]] async_result<result_of<Work>> write(Work work) {
        return call(writer_, access::write, std::move(work));
    }

    async_database(std::unique_ptr<database> writer, std::unique_ptr<database> reader, limits how);

  private:
    template <class Work, class Handler>
    class waiting_call final : public database_thread::task {
      public:
        using outcome = result_of<Work>;

        waiting_call(Work work, Handler handler)
            : work_(std::move(work)),
              handler_(std::move(handler)),
              running_(boost::asio::get_associated_executor(handler_)) {}
        base::result<void> run(transaction& tx) override { return keep(kept_, work_, tx); }
        void done(base::result<void> how) override {
            if (!how) kept_.emplace(std::unexpected(std::move(how.error())));
            boost::asio::post(running_.get_executor(),
                              [handler = std::move(handler_), kept = std::move(*kept_)]() mutable {
                                  std::move(handler)(std::move(kept));
                              });
            running_.reset();
        }

      private:
        Work work_;
        Handler handler_;
        boost::asio::executor_work_guard<boost::asio::associated_executor_t<Handler>> running_;
        std::optional<outcome> kept_{};
    };

    template <class Work>
    static async_result<result_of<Work>> call(database_thread& where, access how, Work work) {
        auto begin = [&where, how, &work]<class Handler>(Handler handler) {
            std::unique_ptr<database_thread::task> task =
                std::make_unique<waiting_call<Work, Handler>>(std::move(work), std::move(handler));
            if (!where.submit(how, task)) task->done(refuse(errc::overloaded, "too much is waiting for the database"));
        };
        co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(result_of<Work>)>(
            std::move(begin), boost::asio::use_awaitable);
    }

    database_thread writer_;
    std::optional<database_thread> reader_{};
};

}  // namespace gangway::store
