#include "libcurl.hpp"

#include "wiping_memory.hpp"

#include <gangway/base/shared_library.hpp>
#include <gangway/sink/errors.hpp>

#include <cstdlib>
#include <cstring>

namespace gangway::sink {
namespace {

base::result<libcurl> load() {
    base::shared_library library{"libcurl.so.4"};
    libcurl found{};
    library.find("curl_global_init_mem", found.global_init_mem);
    library.find("curl_easy_init", found.easy_init);
    library.find("curl_easy_setopt", found.easy_setopt);
    library.find("curl_easy_perform", found.easy_perform);
    library.find("curl_easy_reset", found.easy_reset);
    library.find("curl_easy_strerror", found.easy_strerror);
    library.find("curl_easy_cleanup", found.easy_cleanup);
    library.find("curl_slist_append", found.slist_append);
    library.find("curl_slist_free_all", found.slist_free_all);
    if (!library.loaded())
        return base::fail(
            errc::unavailable, base::phase::storage,
            "buckets and webhooks need libcurl 4, e.g. of Debian's package libcurl4: " + library.problem());
    // libcurl copies secrets, and frees the copies as they are.
    const auto code = found.global_init_mem(CURL_GLOBAL_DEFAULT, &std::malloc, &wiping_free, &wiping_realloc, &::strdup,
                                            &std::calloc);
    if (code != CURLE_OK)
        return base::fail(errc::unavailable, base::phase::storage,
                          std::string{"libcurl does not start: "} + found.easy_strerror(code));
    return found;
}

}  // namespace

const base::result<libcurl>& loaded_libcurl() {
    static const auto library = load();
    return library;
}

}  // namespace gangway::sink
