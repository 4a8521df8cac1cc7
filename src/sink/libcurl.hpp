#pragma once
/// libcurl, loaded with the first request: it brings LDAP, Kerberos and a second TLS library, which nobody needs who
/// has neither bucket nor webhook.

#include <gangway/base/error.hpp>

#include <curl/curl.h>

namespace gangway::sink {

/// The functions of libcurl that are used here, under their own names.
struct libcurl {
    decltype(&::curl_global_init_mem) global_init_mem;
    decltype(&::curl_easy_init) easy_init;
    decltype(&::curl_easy_setopt) easy_setopt;
    decltype(&::curl_easy_perform) easy_perform;
    decltype(&::curl_easy_reset) easy_reset;
    decltype(&::curl_easy_strerror) easy_strerror;
    decltype(&::curl_easy_cleanup) easy_cleanup;
    decltype(&::curl_slist_append) slist_append;
    decltype(&::curl_slist_free_all) slist_free_all;
};

/// libcurl, ready for use by all threads until the process ends; or `errc::unavailable`, each time, if this machine
/// does not have it.
[[nodiscard]] const base::result<libcurl>& loaded_libcurl();

}  // namespace gangway::sink
