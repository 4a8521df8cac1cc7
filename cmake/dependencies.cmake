# Every third-party library, in one place, as one target a room names in USES.
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL 3.0 REQUIRED)
find_package(ICU REQUIRED COMPONENTS i18n uc)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(GTest REQUIRED)
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libsodium REQUIRED IMPORTED_TARGET libsodium)

# Debian's libsoci-dev brings no CMake or pkg-config file.
find_path(SOCI_INCLUDE_DIR soci/soci.h REQUIRED)
find_library(SOCI_CORE soci_core REQUIRED)
find_library(SOCI_SQLITE3 soci_sqlite3 REQUIRED)
find_library(SOCI_POSTGRESQL soci_postgresql REQUIRED)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
add_library(soci::soci INTERFACE IMPORTED)
target_include_directories(soci::soci SYSTEM INTERFACE "${SOCI_INCLUDE_DIR}")
target_link_libraries(soci::soci INTERFACE "${SOCI_SQLITE3}" "${SOCI_CORE}" PkgConfig::sqlite3)

# These two come with LDAP, Kerberos and a second TLS library: they are loaded when they are first needed, so only their
# headers are used here. Tests that speak to PostgreSQL themselves link it.
pkg_check_modules(libpq REQUIRED libpq)
add_library(soci::postgresql_headers INTERFACE IMPORTED)
target_include_directories(soci::postgresql_headers SYSTEM INTERFACE ${libpq_INCLUDE_DIRS})
add_library(soci::postgresql INTERFACE IMPORTED)
target_link_libraries(soci::postgresql INTERFACE soci::postgresql_headers "${SOCI_POSTGRESQL}")
find_package(CURL 7.88 REQUIRED)
add_library(curl::headers INTERFACE IMPORTED)
target_include_directories(curl::headers SYSTEM INTERFACE ${CURL_INCLUDE_DIRS})
