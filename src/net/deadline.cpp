#include <gangway/model/duration.hpp>
#include <gangway/net/deadline.hpp>

namespace gangway::net {

base::error timed_out(base::phase where, std::string_view what, std::chrono::milliseconds limit) {
    return {errc::timed_out, where, std::string{what} + " took longer than " + model::duration_text(limit)};
}

}  // namespace gangway::net
