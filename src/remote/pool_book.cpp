#include "pool_book.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace gangway::remote {

pool_book::asker_id pool_book::ask(const std::string& host, const std::string& key, time_point now) {
    auto& entry = hosts_[host];
    const auto id = next_id_++;
    entry.waiting.push_back({id, key, now});
    serve(entry, now);
    return id;
}

bool pool_book::withdraw(const std::string& host, asker_id asker, time_point now) {
    const auto entry = hosts_.find(host);
    if (entry == hosts_.end()) return false;
    const bool waited = std::erase_if(entry->second.waiting, [asker](const auto& who) { return who.id == asker; }) != 0;
    serve(entry->second, now);
    forget_if_empty(host);
    return waited;
}

pool_book::connection_id pool_book::dialled(const std::string& host, const std::string& key, time_point now) {
    auto& entry = hosts_[host];
    stop_dialling(entry, key);
    const auto id = next_id_++;
    entry.connections.push_back({.id = id, .key = key, .leases = 1, .made = now, .idle_since = now});
    places_.emplace(id, host);
    serve(entry, now);
    return id;
}

void pool_book::not_dialled(const std::string& host, const std::string& key, time_point now, bool shared) {
    auto& entry = hosts_[host];
    stop_dialling(entry, key);
    if (shared)
        std::erase_if(entry.waiting, [&](const asker& who) {
            if (who.key != key) return false;
            decisions_.push_back({who.id, verdict::fail});
            return true;
        });
    serve(entry, now);
    forget_if_empty(host);
}

void pool_book::released(connection_id connection, time_point now, bool broken) {
    const auto place = places_.find(connection);
    if (place == places_.end()) return;
    const auto name = place->second;
    auto& host = hosts_[name];
    const auto found = std::ranges::find(host.connections, connection, &pool_book::connection::id);
    --found->leases;
    found->idle_since = now;
    found->retired = found->retired || broken || now - found->made >= limits_.oldest;
    if (found->leases == 0 && found->retired) close(host, found);
    serve(host, now);
    forget_if_empty(name);
}

void pool_book::ended(connection_id connection, time_point now) {
    const auto place = places_.find(connection);
    if (place == places_.end()) return;
    ++std::ranges::find(hosts_[place->second].connections, connection, &pool_book::connection::id)->leases;
    released(connection, now, true);
}

pool_book::counts pool_book::count() const {
    counts found;
    for (const auto& [name, host] : hosts_) {
        for (const auto& each : host.connections)
            found.leases += each.leases;
        found.dialling += dials(host);
        found.waiting += host.waiting.size();
    }
    return found;
}

void pool_book::expire(time_point now) {
    const auto places = places_;
    for (const auto& [id, name] : places) {
        auto& host = hosts_[name];
        const auto found = std::ranges::find(host.connections, id, &connection::id);
        if (found->leases != 0) continue;
        if (now - found->idle_since >= limits_.idle || now - found->made >= limits_.oldest) close(host, found);
    }
    // Everywhere: somebody may have become impatient.
    for (auto host = hosts_.begin(); host != hosts_.end();) {
        const auto name = host->first;
        serve(host++->second, now);
        forget_if_empty(name);
    }
}

pool_book::time_point pool_book::idle_since(connection_id connection) const {
    const auto place = places_.find(connection);
    if (place == places_.end()) return {};
    return std::ranges::find(hosts_.at(place->second).connections, connection, &pool_book::connection::id)->idle_since;
}

void pool_book::serve(host_entry& host, time_point now) {
    make_way(host, now);
    // In the order of asking; who cannot be served does not hold up those behind who can.
    for (auto who = host.waiting.begin(); who != host.waiting.end();)
        who = decide(host, *who, now) ? host.waiting.erase(who) : std::next(who);
}

bool pool_book::decide(host_entry& host, const asker& who, time_point now) {
    for (auto& each : host.connections) {
        if (each.key != who.key || each.retired || each.stands_aside) continue;
        if (each.leases >= limits_.leases_per_connection) continue;
        if (now - each.made >= limits_.oldest) continue;
        ++each.leases;
        decisions_.push_back({who.id, verdict::use, each.id});
        return true;
    }
    if (host.dialling.contains(who.key)) return false;
    if (host.connections.size() + dials(host) >= limits_.connections_per_host && !make_room(host)) return false;
    ++host.dialling[who.key];
    decisions_.push_back({who.id, verdict::dial});
    return true;
}

bool pool_book::make_room(host_entry& host) {
    const auto idle = std::ranges::find(host.connections, std::size_t{0}, &connection::leases);
    if (idle == host.connections.end()) return false;
    close(host, idle);
    return true;
}

void pool_book::make_way(host_entry& host, time_point now) const {
    if (host.waiting.empty() || now - host.waiting.front().since < limits_.patience) {  // who asked first is in front
        for (auto& each : host.connections)
            each.stands_aside = false;
        return;
    }
    std::map<std::string_view, std::size_t> per_key;
    for (const auto& each : host.connections)
        ++per_key[each.key];
    std::set<std::string_view> starving;
    for (const auto& who : host.waiting)
        if (now - who.since >= limits_.patience && now - who.since < limits_.patience + limits_.standing_aside &&
            !per_key.contains(who.key) && !host.dialling.contains(who.key))
            starving.insert(who.key);
    // Those that do already; then one of several of a key rather than its only one, and one with little to wait for.
    std::vector<connection*> candidates;
    for (auto& each : host.connections)
        candidates.push_back(&each);
    std::ranges::sort(candidates, {}, [&](const connection* each) {
        return std::tuple{!each->stands_aside, -static_cast<std::ptrdiff_t>(per_key[each->key]), each->leases,
                          each->id};
    });
    for (std::size_t i = 0; i < candidates.size(); ++i)
        candidates[i]->stands_aside = i < starving.size();
}

void pool_book::stop_dialling(host_entry& host, const std::string& key) {
    const auto found = host.dialling.find(key);
    if (found != host.dialling.end() && --found->second == 0) host.dialling.erase(found);
}

void pool_book::close(host_entry& host, std::vector<connection>::iterator which) {
    closings_.push_back(which->id);
    places_.erase(which->id);
    host.connections.erase(which);
}

void pool_book::forget_if_empty(const std::string& host) {
    const auto found = hosts_.find(host);
    if (found == hosts_.end()) return;
    const auto& entry = found->second;
    if (entry.connections.empty() && entry.dialling.empty() && entry.waiting.empty()) hosts_.erase(found);
}

std::size_t pool_book::dials(const host_entry& host) {
    std::size_t sum = 0;
    for (const auto& [key, count] : host.dialling)
        sum += count;
    return sum;
}

}  // namespace gangway::remote
