#include "gateway.hpp"

#include "told_error.hpp"

#include <gangway/base/secret.hpp>
#include <gangway/cli/told_code.hpp>

#include <boost/json/memory_resource.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <new>

namespace gangway::cli {
namespace {

namespace json = boost::json;

// Of the usual alignment, which is the strictest that a JSON value asks for: what a broken text leaves half built,
// Boost gives back with another alignment than it asked for.
class wiping_resource final : public json::memory_resource {
    void* do_allocate(std::size_t size, std::size_t) override { return ::operator new(size); }
    void do_deallocate(void* data, std::size_t size, std::size_t) override {
        base::wipe(data, size);
        ::operator delete(data, size);
    }
    [[nodiscard]] bool do_is_equal(const json::memory_resource& other) const noexcept override {
        return this == &other;
    }
};

std::unexpected<base::error> no_gateway(unsigned status) {
    auto advice = status >= 300 && status < 400 ? "redirects are not followed: give the address that is meant"
                                                : "is it a Gangway that --gateway names?";
    return base::fail(told_code("bad_message"), base::phase::request,
                      fmt::format("the answer has the status {} and is not of a gateway; {}", status, advice));
}

}  // namespace

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    std::string encoded;
    for (const char c : text) {
        if (plain.contains(c))
            encoded += c;
        else
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

base::result<json::object> understood(unsigned status, std::string_view body) {
    const bool success = status >= 200 && status < 300;
    if (success && body.empty()) return json::object{{"success", true}};
    boost::system::error_code failure;
    auto value = json::parse({body.data(), body.size()}, failure, wiping_storage());
    if (failure || !value.is_object()) return no_gateway(status);
    auto& object = value.get_object();
    if (success) return std::move(object);
    if (!object.contains("code")) return no_gateway(status);
    return std::unexpected(told_error(object));
}

json::storage_ptr wiping_storage() {
    return json::make_shared_resource<wiping_resource>();
}

}  // namespace gangway::cli
