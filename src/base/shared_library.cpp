#include <gangway/base/shared_library.hpp>

#include <dlfcn.h>

namespace gangway::base {
namespace {

std::string last_problem() {
    const char* const words = ::dlerror();
    return words == nullptr ? "unknown" : words;
}

}  // namespace

shared_library::shared_library(const char* soname) : handle_(::dlopen(soname, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr) problem_ = last_problem();
}

void* shared_library::address_of(const char* name) {
    if (handle_ == nullptr) return nullptr;
    void* const address = ::dlsym(handle_, name);
    if (address == nullptr) problem_ = last_problem();
    return address;
}

}  // namespace gangway::base
