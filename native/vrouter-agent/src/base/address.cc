#include "base/address.h"

#include <arpa/inet.h>

namespace kw {

std::optional<Address> Address::of_octets(std::string_view octets) {
  const auto* p = reinterpret_cast<const uint8_t*>(octets.data());
  if (octets.size() == 4) return v4(p);
  if (octets.size() == 16) return v6(p);
  return std::nullopt;
}

std::optional<Address> Address::parse(const std::string& text) {
  uint8_t octets[16];
  if (inet_pton(AF_INET, text.c_str(), octets) == 1) return v4(octets);
  if (inet_pton(AF_INET6, text.c_str(), octets) == 1) return v6(octets);
  return std::nullopt;
}

std::string Address::octets() const {
  if (family == 0) return {};
  uint8_t to[16];
  store(to);
  return {reinterpret_cast<const char*>(to), size()};
}

std::string Address::text() const {
  if (family == 0) return "none";
  uint8_t octets[16];
  char text[INET6_ADDRSTRLEN];
  store(octets);
  return inet_ntop(family == 4 ? AF_INET : AF_INET6, octets, text, sizeof text);
}

}  // namespace kw
