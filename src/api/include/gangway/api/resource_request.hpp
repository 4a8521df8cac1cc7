#pragma once
/// A request for a resource, as its handler sees it.

#include <gangway/api/caller.hpp>
#include <gangway/api/request_head.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gangway::api {

/// What of a request's head a handler may need. Owns it: the head's octets are gone, and credentials of the request
/// (Authorization, Cookie) never come here.
struct resource_request {
    struct owned_field {
        std::string name;
        std::string value;
    };

    caller from{};
    std::string method{};
    std::string id{};                    ///< what stands for "{id}" in the route's path
    std::string rest{};                  ///< what stands for "*", still percent-encoded
    std::optional<std::string> query{};  ///< undecoded
    std::vector<owned_field> fields{};
    std::string client{};  ///< on whose behalf connections are made

    [[nodiscard]] static resource_request of(const request_head& head);
    /// The first field of this name, in any case.
    [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const noexcept;
    /// How many fields of this name there are.
    [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
};

}  // namespace gangway::api
