// What a policy or an SA selects, with sources and destinations as the packet has them.
#pragma once

#include <cstdint>
#include <string>

#include "base/address.h"
#include "packet/ip.h"

namespace kw {

struct PortRange {
  uint16_t first = 0;
  uint16_t last = 65535;

  bool any() const { return first == 0 && last == 65535; }
  // Only packets whose ports cannot be seen (RFC 4301 section 4.4.1.1).
  bool opaque() const { return first == 65535 && last == 0; }
  bool exact() const { return first == last; }

  bool holds(bool visible, uint16_t port) const {
    if (any()) return true;
    if (opaque()) return !visible;
    return visible && first <= port && port <= last;
  }

  friend bool operator==(const PortRange& a, const PortRange& b) { return a.first == b.first && a.last == b.last; }
};

struct Selector {
  uint8_t family = 0;
  uint8_t protocol = 0;  // 0: any
  Bits128 source_first, source_last;
  Bits128 destination_first, destination_last;
  PortRange source_ports, destination_ports;

  bool holds(const IpView& p) const {
    return p.family == family && (protocol == 0 || protocol == p.protocol) && source_first <= p.source &&
           p.source <= source_last && destination_first <= p.destination && p.destination <= destination_last &&
           source_ports.holds(p.ports_visible, p.source_port) &&
           destination_ports.holds(p.ports_visible, p.destination_port);
  }

  friend bool operator==(const Selector& a, const Selector& b) {
    return a.family == b.family && a.protocol == b.protocol && a.source_first == b.source_first &&
           a.source_last == b.source_last && a.destination_first == b.destination_first &&
           a.destination_last == b.destination_last && a.source_ports == b.source_ports &&
           a.destination_ports == b.destination_ports;
  }

  std::string text() const;
};

}  // namespace kw
