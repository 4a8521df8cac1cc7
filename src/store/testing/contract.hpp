#pragma once
/// What every database must do: tests over this fixture run against SQLite in memory, SQLite in a file, and PostgreSQL.

#include <gangway/store/connections.hpp>
#include <gangway/store/database.hpp>
#include <gangway/store/folders.hpp>

#include <gtest/gtest.h>

#include <string>

namespace gangway::store {

/// A clock that a test sets.
class set_clock final : public base::clock {
  public:
    [[nodiscard]] std::chrono::system_clock::time_point wall() const override { return time; }
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return {}; }

    std::chrono::system_clock::time_point time{std::chrono::seconds{1'800'000'000}};
};

enum class kind { memory, file, postgresql };

/// A folder that goes with the test.
class scratch {
  public:
    scratch();
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
    ~scratch();
    [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }

  private:
    std::string folder_;
};

/// A new, empty place of this kind.
class place {
  public:
    explicit place(kind what);
    place(const place&) = delete;
    place& operator=(const place&) = delete;
    ~place();
    [[nodiscard]] const location& where() const noexcept { return where_; }

  private:
    scratch folder_{};
    std::string schema_{};
    location where_{};
};

/// Ends the test program's patience: the value, or a failure that shows the error.
template <class T>
T must(base::result<T> outcome) {
    if (!outcome) {
        ADD_FAILURE() << outcome.error().code.message() << ": " << outcome.error().message;
        throw std::runtime_error("a call failed that must not");
    }
    if constexpr (!std::is_void_v<T>) return std::move(*outcome);
}

class store_contract : public testing::TestWithParam<kind> {
  protected:
    store_contract();

    template <class Work>
    auto write(Work work) {
        return must(db->write(std::move(work)));
    }
    template <class Work>
    auto read(Work work) {
        return must(db->read(std::move(work)));
    }
    /// A second connection to the same database; not for `kind::memory`.
    [[nodiscard]] std::unique_ptr<database> another();

    /// A connection and a folder of that id, and a lease for this node.
    void make_connection(const std::string& id, const std::string& name);
    void make_folder(const std::string& id, const std::string& connection);
    /// The versions 1 and 2, without which nothing can be sealed.
    void make_master_keys();
    lease take_lease(const std::string& connection, const std::string& owner = "node");

    set_clock clock{};
    place here;
    std::unique_ptr<database> db;
};

[[nodiscard]] inline std::string name_of(const testing::TestParamInfo<kind>& info) {
    return info.param == kind::memory ? "memory" : info.param == kind::file ? "file" : "postgresql";
}

#define GANGWAY_EVERY_DATABASE(suite) \
    INSTANTIATE_TEST_SUITE_P(every, suite, testing::Values(kind::memory, kind::file, kind::postgresql), name_of)
/// For tests that need two connections.
#define GANGWAY_EVERY_SHARED_DATABASE(suite) \
    INSTANTIATE_TEST_SUITE_P(every, suite, testing::Values(kind::file, kind::postgresql), name_of)

}  // namespace gangway::store
