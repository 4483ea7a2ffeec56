// ARP (RFC 826) and the part of neighbour discovery (RFC 4861) that finds link-layer addresses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/address.h"

namespace kw {

constexpr size_t kArpFrame = 60;
constexpr size_t kNdFrame = 14 + 40 + 32;

struct Resolution {
  bool request = false;  // somebody asks for `target`
  Address sender;        // none: the question of a host that has no address yet
  uint64_t sender_mac = 0;
  Address target;
};

// From the Ethernet header on.
std::optional<Resolution> read_arp(const uint8_t* frame, size_t length);
// From the IPv6 header on. Frames from beyond the link (hop limit below 255) do not count.
std::optional<Resolution> read_nd(const uint8_t* packet, size_t length);

// Write whole frames; they return the length.
size_t write_arp(bool request, uint64_t own_mac, const Address& own, uint64_t to_mac, const Address& to, uint8_t* frame);
size_t write_nd_solicitation(uint64_t own_mac, const Address& own, const Address& target, uint8_t* frame);
size_t write_nd_advertisement(uint64_t own_mac, const Address& own, uint64_t to_mac, const Address& to, bool solicited,
                              uint8_t* frame);

}  // namespace kw
