#include "postgresql_backend.hpp"

#include "stored_failure.hpp"

#include <gangway/base/shared_library.hpp>

namespace gangway::store {
namespace {

struct backend {
    const soci::backend_factory* (*factory)();
    /// A member function of the error is, to those who call it, a function of the object (Itanium C++ ABI, 3.1
    /// and 5.1).
    std::string (*sqlstate)(const soci::postgresql_soci_error*);
    std::string problem;
};

backend load() {
    base::shared_library library{"libsoci_postgresql.so.4.0"};
    backend found{};
    library.find("factory_postgresql", found.factory);
    library.find("_ZNK4soci21postgresql_soci_error8sqlstateB5cxx11Ev", found.sqlstate);
    found.problem = library.problem();
    return found;
}

const backend& loaded() {
    static const auto library = load();
    return library;
}

}  // namespace

const soci::backend_factory& postgresql_backend() {
    if (!loaded().problem.empty())
        throw stored_failure(errc::unavailable,
                             "PostgreSQL as the database needs SOCI's part for it, e.g. of Debian's package "
                             "libsoci-postgresql4.0: " +
                                 loaded().problem);
    return *loaded().factory();
}

std::string sqlstate_of(const soci::postgresql_soci_error& failure) {
    return loaded().sqlstate(&failure);
}

}  // namespace gangway::store
