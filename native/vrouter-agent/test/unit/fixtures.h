// What the tests need of the tables' surroundings.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "base/rcu.h"
#include "packet/checksum.h"
#include "packet/ip.h"
#include "sa/sa.h"

namespace fixtures {

using namespace kw;

// Readers move on when the test says so.
class ManualGrace : public Grace {
 public:
  uint64_t begin() override { return ++begun_; }
  bool passed(uint64_t token) override { return token <= passed_; }
  void pass() { passed_ = begun_; }

 private:
  uint64_t begun_ = 0, passed_ = 0;
};

// Opens sessions that do nothing; remembers what became of them.
class FakeSessions : public EspSessions {
 public:
  EspSession* open(const SaConfig&, const KeyMaterial& keys, Outcome& outcome) override {
    if (refuse) {
      outcome = Outcome::refused("the test says no");
      return nullptr;
    }
    last_key = keys.encryption;
    opened++;
    return reinterpret_cast<EspSession*>(new int(0));
  }
  void close(EspSession* session) override {
    delete reinterpret_cast<int*>(session);
    closed++;
  }
  bool refuse = false;
  std::string last_key;
  int opened = 0, closed = 0;
};

inline Address ip(const char* text) { return *Address::parse(text); }

inline Selector selector(const char* source, const char* source_last, const char* destination,
                         const char* destination_last, uint8_t protocol = 0, PortRange source_ports = {},
                         PortRange destination_ports = {}) {
  Selector s;
  s.family = ip(source).family;
  s.protocol = protocol;
  s.source_first = ip(source).bits;
  s.source_last = ip(source_last).bits;
  s.destination_first = ip(destination).bits;
  s.destination_last = ip(destination_last).bits;
  s.source_ports = source_ports;
  s.destination_ports = destination_ports;
  return s;
}

// An IPv4 or IPv6 packet with UDP ports (or whatever `protocol` makes of the four octets) and 8 octets behind them.
inline std::vector<uint8_t> packet(const char* source, const char* destination, uint8_t protocol = 17,
                                   uint16_t from = 1000, uint16_t to = 2000, size_t payload = 8) {
  Address a = ip(source), b = ip(destination);
  size_t header = a.family == 4 ? 20 : 40;
  std::vector<uint8_t> p(header + 8 + payload);
  if (a.family == 4) {
    p[0] = 0x45;
    store_be16(&p[2], static_cast<uint16_t>(p.size()));
    p[8] = 64;
    p[9] = protocol;
    a.store(&p[12]);
    b.store(&p[16]);
    write_ipv4_checksum(p.data(), 20);
  } else {
    p[0] = 0x60;
    store_be16(&p[4], static_cast<uint16_t>(p.size() - 40));
    p[6] = protocol;
    p[7] = 64;
    a.store(&p[8]);
    b.store(&p[24]);
  }
  store_be16(&p[header], from);
  store_be16(&p[header + 2], to);
  return p;
}

inline IpView view(const std::vector<uint8_t>& p) {
  IpView v;
  if (parse_ip(p.data(), p.size(), v) != IpError::kNone) v.family = 0;
  return v;
}

}  // namespace fixtures
