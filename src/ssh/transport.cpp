#include "transport.hpp"

#include "failures.hpp"
#include "host_key_verifier.hpp"
#include "message_numbers.hpp"
#include "wire.hpp"

#include <gangway/base/escape.hpp>

#include <array>
#include <exception>
#include <utility>

namespace gangway::ssh {
namespace {

constexpr std::size_t longest_data_packet = std::size_t{64} << 10;
constexpr unsigned most_ext_infos = 2;  ///< RFC 8308 section 2.4
constexpr std::uint32_t most_extensions = 64;
/// Sequence numbers must not repeat under one key.
constexpr std::uint64_t packets_per_key = 0xffff'0000;

std::string new_cookie(const random_source& random) {
    std::array<unsigned char, 16> octets;
    random(octets);
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

/// Error: `disconnected`, always.
std::unexpected<base::error> server_disconnected(std::string_view payload) {
    base::byte_reader in(payload);
    (void)in.u8();
    const auto reason = in.u32();
    const auto text = in.string();
    if (!in.ok()) return malformed("DISCONNECT");
    return refuse(errc::disconnected,
                  "the server disconnected (reason " + std::to_string(reason) + "): " + base::escape(text));
}

std::uint32_t reason_of(const base::error& why) noexcept {
    if (why.code == errc::bad_packet) return msg::reason_mac_error;
    if (why.code == errc::host_key_changed || why.code == errc::bad_signature)
        return msg::reason_host_key_not_verifiable;
    if (why.code == errc::key_exchange_failed || why.code == errc::no_common_algorithm)
        return msg::reason_key_exchange_failed;
    return msg::reason_protocol_error;
}

/// The host key may not change within a connection, so a later exchange offers only its type.
void keep_key_type(algorithm_preferences& offered, std::string_view agreed) {
    std::erase_if(offered.host_keys, [&](const auto& name) { return key_type_of(name) != key_type_of(agreed); });
}

}  // namespace

transport::transport(const options& how)
    : how_(how), reader_(how.bounds.receive_buffer, how.bounds.unauthenticated_packet), writer_(how.random) {
    check(how_.algorithms);
    said_.client_identification = our_identification(how_.software);
    writer_.write_raw(said_.client_identification);
    writer_.write_raw("\r\n");
    start_exchange();
}

std::span<char> transport::receive_space() {
    if (failure_ || goodbye_ || input_is_held()) return {};
    return reader_.buffer().space();
}

void transport::received(std::size_t count) {
    reader_.buffer().filled(count);
    if (!authenticated_) received_ += count;
}

void transport::trim() {
    reader_.trim();
    writer_.trim();
}

template <class Work>
void transport::guarded(Work work) {
    if (broken_) return;
    try {
        work();
    } catch (const std::exception& lost) {
        broken_ = true;
        if (!failure_) failure_ = base::error{errc::crypto_failure, base::phase::ssh, lost.what()};
        deferred_.clear();
    }
}

transport::outcome transport::next() {
    if (failure_) return std::unexpected(*failure_);
    outcome found;
    guarded([&] {
        found = advance();
        if (!found) fail(found.error());
    });
    if (failure_) return std::unexpected(*failure_);
    return found;
}

transport::outcome transport::advance() {
    if (!authenticated_ && received_ > how_.bounds.unauthenticated_octets) return too_much("more than a login needs");
    if (!identified_) {
        const auto identified = read_identification();
        if (!identified) return std::unexpected(identified.error());
        if (!*identified) return std::nullopt;
    }
    while (!failure_ && !input_is_held()) {
        if (rekey_is_due()) start_exchange();
        const auto packet = reader_.next();
        if (!packet) return std::unexpected(packet.error());
        if (!*packet) return std::nullopt;
        if (reader_.packets() > packets_per_key) return too_much("packets without a key exchange");
        auto taken = take(**packet);
        if (!taken || *taken) return taken;
    }
    return std::nullopt;
}

base::result<bool> transport::read_identification() {
    auto& buffer = reader_.buffer();
    std::size_t used = 0;
    auto line = scanner_.scan({buffer.data(), buffer.size()}, used);
    if (!line) return std::unexpected(line.error());
    buffer.drop(used);
    if (!*line) return false;
    said_.server_identification = std::move(**line);
    identified_ = true;
    return true;
}

transport::outcome transport::take(std::string_view payload) {
    const auto number = static_cast<std::uint8_t>(payload.front());
    refused_ = reader_.last_sequence();
    const bool is_method_message = number >= 30 && number < 50;
    if (std::exchange(skip_guess_, false) && is_method_message) return std::nullopt;
    if (is_method_message) return take_exchange_message(payload);
    base::result<void> done;
    switch (number) {
        case msg::kexinit:
            done = take_kexinit(payload);
            break;
        case msg::newkeys:
            done = take_newkeys(payload);
            break;
        case msg::disconnect:
            return server_disconnected(payload);
        default:
            return take_generic(number, payload);
    }
    if (!done) return std::unexpected(done.error());
    return std::nullopt;
}

/// Messages that are not part of a key exchange.
transport::outcome transport::take_generic(std::uint8_t number, std::string_view payload) {
    if (first_exchange() && strict_) return unexpected_message("a message other than its key exchange");
    const bool for_upper_layers = number == msg::service_accept || (number >= 50 && number < 128);
    if (for_upper_layers) {
        if (first_exchange() || exchange_ > exchange::awaiting_kexinit)
            return unexpected_message("a message other than its key exchange");
        return incoming{.is_host_key = false, .octets = payload};
    }
    switch (number) {
        case msg::ignore:
        case msg::unimplemented:
        case msg::debug:
            return std::nullopt;
        case msg::service_request:
            return unexpected_message("SERVICE_REQUEST");
        case msg::ext_info: {
            const auto done = take_ext_info(payload);
            if (!done) return std::unexpected(done.error());
            return std::nullopt;
        }
        default:
            send_unimplemented();
            return std::nullopt;
    }
}

base::result<void> transport::take_kexinit(std::string_view payload) {
    if (exchange_ > exchange::awaiting_kexinit) return unexpected_message("KEXINIT");
    if (!authenticated_ && exchanges_ == how_.bounds.unauthenticated_exchanges)
        return too_much("key exchanges before the login");
    ++exchanges_;
    const auto server = read_kexinit(payload);
    if (!server) return std::unexpected(server.error());
    if (exchange_ == exchange::none) start_exchange();
    if (exchanges_ == 1) {
        strict_ = contains(server->key_exchanges, strict_server);
        if (strict_ && reader_.last_sequence() != 0) return unexpected_message("a message before its KEXINIT");
    }
    auto agreed = agree(how_.algorithms, *server);
    if (!agreed) return std::unexpected(agreed.error());
    agreed_ = std::move(*agreed);
    skip_guess_ = server->guess_follows && guessed_wrong(how_.algorithms, *server);
    said_.server_kexinit = payload;
    method_ = make_key_exchange(agreed_.key_exchange, how_.random, safe_prime_);
    exchange_ = exchange::awaiting_reply;
    write(method_->start());
    return {};
}

transport::outcome transport::take_exchange_message(std::string_view payload) {
    if (exchange_ != exchange::awaiting_reply) return unexpected_message("a key exchange message");
    auto step = method_->receive(payload);
    if (!step) return std::unexpected(step.error());
    if (!step->send.empty()) write(step->send);
    if (!step->finished) return std::nullopt;
    return conclude(std::move(*step->finished));
}

/// Nothing that depends on the shared secret is used before the signature over the hash of all of it is good.
transport::outcome transport::conclude(exchange_result done) {
    const auto* hash = hash_of(agreed_.key_exchange);
    const auto exchange_id = exchange_hash(hash, said_, done);
    const auto verified = verify_host_key(agreed_.host_key, done.host_key, done.signature, exchange_id);
    if (!verified) return std::unexpected(verified.error());
    const bool first = session_id_.empty();
    if (first) {
        session_id_ = exchange_id;
        host_key_ = std::move(done.host_key);
    } else if (done.host_key != host_key_) {
        return refuse(errc::host_key_changed, "the server shows another host key than before", base::phase::hostkey);
    }
    const auto keys = [&](std::string_view letters, std::string_view cipher, std::string_view mac) {
        return derive_keys(hash, done.shared_secret, exchange_id, session_id_, letters, sizes_of(cipher, mac));
    };
    next_out_ = make_cipher(agreed_.cipher_out, agreed_.mac_out, keys("ACE", agreed_.cipher_out, agreed_.mac_out),
                            direction::seal);
    next_in_ =
        make_cipher(agreed_.cipher_in, agreed_.mac_in, keys("BDF", agreed_.cipher_in, agreed_.mac_in), direction::open);
    method_.reset();
    if (first) {
        exchange_ = exchange::deciding;
        return incoming{.is_host_key = true, .octets = host_key_};
    }
    use_new_keys();
    return std::nullopt;
}

void transport::accept_host_key() {
    keep_key_type(how_.algorithms, agreed_.host_key);
    use_new_keys();
}

void transport::use_new_keys() {
    write(std::string(1, static_cast<char>(msg::newkeys)));
    writer_.switch_to(std::move(next_out_), strict_);
    exchange_ = exchange::awaiting_newkeys;
    deferred_octets_ = 0;
    for (const auto& payload : std::exchange(deferred_, {}))
        write(payload.view());
}

base::result<void> transport::take_newkeys(std::string_view payload) {
    if (exchange_ != exchange::awaiting_newkeys) return unexpected_message("NEWKEYS");
    if (payload.size() != 1) return malformed("NEWKEYS");
    reader_.switch_to(std::move(next_in_), strict_);
    exchange_ = exchange::none;
    keyed_ = true;
    return {};
}

/// RFC 8308. After the login it can change nothing any more.
base::result<void> transport::take_ext_info(std::string_view payload) {
    if (first_exchange()) return unexpected_message("EXT_INFO");
    if (authenticated_) return {};
    if (++ext_infos_ > most_ext_infos) return unexpected_message("EXT_INFO");
    base::byte_reader in(payload);
    (void)in.u8();
    const auto count = in.u32();
    if (count > most_extensions) return too_much("extensions");
    for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
        if (in.string() != "server-sig-algs") {
            (void)in.string();
            continue;
        }
        const auto names = read_names(in);
        signature_algorithms_.emplace(names.begin(), names.end());
    }
    if (!in.complete()) return malformed("EXT_INFO");
    return {};
}

void transport::start_exchange() {
    guarded([this] {
        said_.client_kexinit = write_kexinit(how_.algorithms, new_cookie(how_.random), first_exchange());
        write(said_.client_kexinit);
        exchange_ = exchange::awaiting_kexinit;
    });
}

void transport::rekey() {
    if (authenticated_ && exchange_ == exchange::none && !failure_ && !goodbye_) start_exchange();
}

void transport::set_authenticated() {
    authenticated_ = true;
    reader_.set_longest(how_.bounds.packet);
}

void transport::send_unimplemented() {
    std::string payload;
    base::byte_writer out(payload);
    out.u8(msg::unimplemented);
    out.u32(refused_);
    write(payload);
}

void transport::write(std::string_view payload) {
    put({&payload, 1});
}

void transport::put(std::span<const std::string_view> pieces) {
    guarded([&] { writer_.write(pieces); });
}

void transport::send_pieces(std::span<const std::string_view> pieces) {
    if (failure_ || goodbye_) return;
    if (!sending_is_blocked()) {
        put(pieces);
        return;
    }
    std::size_t size = 0;
    for (const auto piece : pieces)
        size += piece.size();
    deferred_octets_ += size;
    if (deferred_octets_ > how_.bounds.deferred) {
        fail(too_much("messages to answer during a key exchange").error());
        return;
    }
    std::string payload;
    payload.reserve(size);
    for (const auto piece : pieces)
        payload += piece;
    deferred_.push_back(base::secret::take(payload));
}

std::size_t transport::room() const noexcept {
    const auto queued = writer_.output().size();
    if (failure_ || goodbye_ || sending_is_blocked() || queued >= how_.bounds.output) return 0;
    return how_.bounds.output - queued;
}

bool transport::sending_is_blocked() const noexcept {
    return exchange_ != exchange::none && exchange_ != exchange::awaiting_newkeys;
}

/// Input makes output (answers), so a server that does not read is not read from. Channel data stops at
/// `bounds.output`; what the last `write` went beyond it must not stop the input.
bool transport::input_is_held() const noexcept {
    return awaits_decision() || writer_.output().size() > how_.bounds.output + longest_data_packet;
}

bool transport::rekey_is_due() const noexcept {
    const auto& bounds = how_.bounds;
    return authenticated_ && exchange_ == exchange::none &&
           (reader_.octets() >= bounds.rekey_octets || writer_.octets() >= bounds.rekey_octets ||
            reader_.packets() >= bounds.rekey_packets || writer_.packets() >= bounds.rekey_packets);
}

void transport::disconnect() {
    if (failure_ || std::exchange(goodbye_, true)) return;
    std::string payload;
    base::byte_writer out(payload);
    out.u8(msg::disconnect);
    out.u32(msg::reason_by_application);
    out.string("");
    out.string("");
    write(payload);
}

void transport::fail(const base::error& why) {
    if (failure_) return;
    failure_ = why;
    deferred_.clear();
    if (!identified_ || goodbye_ || why.code == errc::disconnected) return;
    std::string payload;
    base::byte_writer out(payload);
    out.u8(msg::disconnect);
    out.u32(reason_of(why));
    out.string(make_error_code(static_cast<errc>(why.code.value())).message());
    out.string("");
    write(payload);
}

}  // namespace gangway::ssh
