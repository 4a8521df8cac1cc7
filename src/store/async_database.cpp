#include <gangway/store/async_database.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace gangway::store {

class database_thread::state {
  public:
    state(std::unique_ptr<database> owned, std::size_t most_waiting, std::size_t most_together)
        : database_(std::move(owned)),
          most_waiting_(most_waiting),
          most_together_(most_together),
          thread_([this] { work(); }) {}
    state(const state&) = delete;
    state& operator=(const state&) = delete;
    ~state() {
        {
            const std::scoped_lock lock{mutex_};
            ending_ = true;
        }
        news_.notify_one();
        thread_.join();
    }

    bool submit(access how, std::unique_ptr<task>& what) {
        {
            const std::scoped_lock lock{mutex_};
            if (queue_.size() >= most_waiting_) return false;
            queue_.push_back({how, std::move(what)});
        }
        news_.notify_one();
        return true;
    }

  private:
    struct waiting {
        access how;
        std::unique_ptr<task> what;
    };

    void work() {
        for (;;) {
            auto next = take();
            if (next.empty()) return;
            if (next.front().how == access::read)
                read(*next.front().what);
            else
                write(next);
        }
    }

    /// One call to read, or as many in a row as may be written together; none at the end.
    std::vector<waiting> take() {
        std::unique_lock lock{mutex_};
        news_.wait(lock, [this] { return ending_ || !queue_.empty(); });
        std::vector<waiting> taken;
        while (!queue_.empty() && taken.size() < most_together_) {
            const bool fits =
                taken.empty() || (taken.front().how == access::write && queue_.front().how == access::write);
            if (!fits) break;
            taken.push_back(std::move(queue_.front()));
            queue_.pop_front();
        }
        return taken;
    }

    void read(task& what) {
        what.done(guarded([&] { return database_->perform(access::read, job_of(what)); }));
    }

    void write(const std::vector<waiting>& together) {
        std::vector<change> changes(together.size());
        std::vector<change*> pointers;
        for (std::size_t i = 0; i < together.size(); ++i) {
            changes[i].work = job_of(*together[i].what);
            pointers.push_back(&changes[i]);
        }
        const auto all = guarded([&]() -> base::result<void> {
            database_->write_group(pointers);
            return {};
        });
        for (std::size_t i = 0; i < together.size(); ++i)
            together[i].what->done(all ? changes[i].outcome : all);
    }

    static job job_of(task& what) {
        return [&what](transaction& tx) { return what.run(tx); };
    }

    /// An exception here is a bug or a lost resource; it ends the call and not the process.
    template <class Call>
    static base::result<void> guarded(Call call) {
        try {
            return call();
        } catch (const std::exception& failure) {
            return refuse(errc::failure, std::string("an unexpected failure: ") + failure.what());
        }
    }

    std::unique_ptr<database> database_;
    const std::size_t most_waiting_, most_together_;
    std::mutex mutex_{};
    std::condition_variable news_{};
    std::deque<waiting> queue_{};  ///< under `mutex_`
    bool ending_ = false;          ///< under `mutex_`
    std::thread thread_;           ///< last: it uses all of the above
};

database_thread::database_thread(std::unique_ptr<database> owned, std::size_t most_waiting, std::size_t most_together)
    : state_(std::make_unique<state>(std::move(owned), most_waiting, most_together)) {
}

database_thread::~database_thread() = default;

bool database_thread::submit(access how, std::unique_ptr<task>& what) {
    return state_->submit(how, what);
}

async_database::async_database(std::unique_ptr<database> writer, std::unique_ptr<database> reader, limits how)
    : writer_(std::move(writer), how.waiting, how.together) {
    if (reader) reader_.emplace(std::move(reader), how.waiting, 1);
}

base::result<std::unique_ptr<async_database>> async_database::open(location where, const base::clock& clock,
                                                                   limits how) {
    auto opened = database::open(where, clock);
    if (!opened) return std::unexpected(opened.error());
    return start(std::move(*opened), std::move(where), clock, how);
}

base::result<std::unique_ptr<async_database>> async_database::start(std::unique_ptr<database> opened, location where,
                                                                    const base::clock& clock, limits how) {
    base::result<std::unique_ptr<database>> reader;
    if (where.where != ":memory:") reader = database::join(std::move(where), clock);
    if (!reader) return std::unexpected(reader.error());
    return std::make_unique<async_database>(std::move(opened), std::move(*reader), how);
}

}  // namespace gangway::store
