#include "control/convert.h"

#include <openssl/crypto.h>

#include <cstdio>

namespace kw {
namespace {

constexpr size_t kMostOwner = 64, kMostTag = 64;

Outcome read_address(const std::string& octets, const char* what, Address& to) {
  auto a = Address::of_octets(octets);
  if (!a) {
    return Outcome::refused(std::string(what) + " has " + std::to_string(octets.size()) +
                            " octets; an address has 4 or 16");
  }
  to = *a;
  return Outcome::ok();
}

Outcome read_direction(pb::Direction from, Direction& to) {
  if (from != pb::INBOUND && from != pb::OUTBOUND) return Outcome::refused("the direction must be INBOUND or OUTBOUND");
  to = from == pb::INBOUND ? Direction::kInbound : Direction::kOutbound;
  return Outcome::ok();
}

Outcome read_side(const pb::Selector& from, const char* side, uint8_t& family, Bits128& first, Bits128& last,
                  PortRange& ports) {
  Address a, b;
  std::string name = std::string("the ") + side + " selector's ";
  Outcome o = read_address(from.first(), (name + "first address").c_str(), a);
  if (o.done()) o = read_address(from.last(), (name + "last address").c_str(), b);
  if (!o.done()) return o;
  if (a.family != b.family) return Outcome::refused(name + "addresses are of two families");
  if (b.bits < a.bits) {
    return Outcome::refused("the " + std::string(side) + " selector is upside down: " + a.text() + " is above " +
                            b.text());
  }
  uint32_t p = from.first_port(), q = from.last_port();
  bool opaque = p == 65535 && q == 0;
  if (p > 65535 || q > 65535 || (p > q && !opaque)) {
    return Outcome::refused(name + "port range " + std::to_string(p) + "-" + std::to_string(q) + " is empty");
  }
  family = a.family;
  first = a.bits;
  last = b.bits;
  ports = {static_cast<uint16_t>(p), static_cast<uint16_t>(q)};
  return Outcome::ok();
}

Outcome check_label(const std::string& owner, const std::string& tag) {
  if (owner.size() > kMostOwner || tag.size() > kMostTag) {
    return Outcome::refused("owner and tag have up to " + std::to_string(kMostOwner) + " octets each");
  }
  return Outcome::ok();
}

Limits limits(const pb::Limits& from) { return {from.seconds(), from.bytes(), from.packets()}; }

void limits(const Limits& from, pb::Limits* to) {
  to->set_seconds(from.seconds);
  to->set_bytes(from.bytes);
  to->set_packets(from.packets);
}

}  // namespace

void put(const Outcome& outcome, pb::Result* to) {
  to->set_code(static_cast<pb::ResultCode>(outcome.code));
  to->set_reason(outcome.reason);
}

Outcome read(const pb::SaId& from, bool destination_needed, SaName& to) {
  Outcome o = read_direction(from.direction(), to.direction);
  if (!o.done()) return o;
  if (from.spi() < 256) {
    return Outcome::refused("SPI " + std::to_string(from.spi()) + " is reserved (RFC 4303 section 2.1)");
  }
  to.spi = from.spi();
  to.destination = {};
  if (from.destination().empty() && !destination_needed && to.direction == Direction::kInbound) return Outcome::ok();
  return read_address(from.destination(), "the destination of the SA", to.destination);
}

Outcome read(const pb::Endpoints& from, Outer& to) {
  Outcome o = read_address(from.local(), "the local endpoint", to.local);
  if (o.done()) o = read_address(from.remote(), "the remote endpoint", to.remote);
  if (!o.done()) return o;
  if (to.local.family != to.remote.family) return Outcome::refused("the endpoints are of two families");
  if (from.local_port() > 65535 || from.remote_port() > 65535 || (from.local_port() == 0) != (from.remote_port() == 0)) {
    return Outcome::refused("UDP ports of endpoints are both 0 (plain ESP) or both 1..65535, not " +
                            std::to_string(from.local_port()) + " and " + std::to_string(from.remote_port()));
  }
  to.local_port = static_cast<uint16_t>(from.local_port());
  to.remote_port = static_cast<uint16_t>(from.remote_port());
  return Outcome::ok();
}

Outcome read(Direction direction, const pb::SelectorPair& from, Selector& to) {
  if (!from.has_local() || !from.has_remote()) return Outcome::refused("a pair of selectors has a local and a remote one");
  if (from.protocol() > 255) {
    return Outcome::refused("protocol " + std::to_string(from.protocol()) + " is not in 0..255");
  }
  bool out = direction == Direction::kOutbound;
  uint8_t local_family = 0, remote_family = 0;
  Outcome o = read_side(from.local(), "local", local_family, out ? to.source_first : to.destination_first,
                        out ? to.source_last : to.destination_last, out ? to.source_ports : to.destination_ports);
  if (o.done()) {
    o = read_side(from.remote(), "remote", remote_family, out ? to.destination_first : to.source_first,
                  out ? to.destination_last : to.source_last, out ? to.destination_ports : to.source_ports);
  }
  if (!o.done()) return o;
  if (local_family != remote_family) return Outcome::refused("the local and the remote selector are of two families");
  to.family = local_family;
  to.protocol = static_cast<uint8_t>(from.protocol());
  return Outcome::ok();
}

Outcome read(const pb::SecurityAssociation& from, SaConfig& to) {
  SaName name;
  Outcome o = read(from.id(), true, name);
  if (o.done()) o = read(from.endpoints(), to.outer);
  if (o.done()) o = check_label(from.owner(), from.tag());
  if (!o.done()) return o;
  to.direction = name.direction;
  to.spi = name.spi;
  to.name = name.destination;
  if (from.mode() != pb::TUNNEL && from.mode() != pb::TRANSPORT) {
    return Outcome::refused("the mode must be TUNNEL or TRANSPORT");
  }
  to.mode = from.mode() == pb::TUNNEL ? Mode::kTunnel : Mode::kTransport;
  if (name.destination != to.destination()) {
    return Outcome::refused("the SA's destination " + name.destination.text() + " is not its " +
                            (to.direction == Direction::kOutbound ? "remote" : "local") + " endpoint " +
                            to.destination().text());
  }
  if (from.replay_window() > kMaxReplayWindow) {
    return Outcome::refused("a replay window of " + std::to_string(from.replay_window()) + " is more than " +
                            std::to_string(kMaxReplayWindow));
  }
  if (from.esn() && from.replay_window() == 0 && to.direction == Direction::kInbound) {
    return Outcome::refused("extended sequence numbers need a replay window (RFC 4303 section 3.3.3)");
  }
  to.esn = from.esn();
  to.replay_window = from.replay_window();
  if (from.selectors_size() < 1 || from.selectors_size() > kMaxSelectors) {
    return Outcome::refused("an SA has 1 to " + std::to_string(kMaxSelectors) + " pairs of selectors, not " +
                            std::to_string(from.selectors_size()));
  }
  to.selectors.resize(static_cast<size_t>(from.selectors_size()));
  for (int i = 0; i < from.selectors_size(); i++) {
    Selector& s = to.selectors[static_cast<size_t>(i)];
    o = read(to.direction, from.selectors(i), s);
    if (!o.done()) return o;
    if (to.mode == Mode::kTransport && s.family != to.outer.local.family) {
      return Outcome::refused("selectors of an SA in transport mode are of the family of its endpoints");
    }
  }
  if (!from.original_remote().empty() || !from.original_local().empty()) {
    o = read_address(from.original_remote(), "the original remote address", to.original.source);
    if (o.done()) o = read_address(from.original_local(), "the original local address", to.original.destination);
    if (!o.done()) return o;
    if (to.mode != Mode::kTransport || to.direction != Direction::kInbound || !to.outer.udp()) {
      return Outcome::refused("original addresses go with inbound SAs in transport mode with UDP encapsulation");
    }
    if (to.original.source.family != to.outer.local.family || to.original.destination.family != to.outer.local.family) {
      return Outcome::refused("original addresses are of the family of the endpoints");
    }
  }
  if (from.dscp() > 63) return Outcome::refused("DSCP " + std::to_string(from.dscp()) + " is not in 0..63");
  if (from.dont_fragment() < 0 || from.dont_fragment() > 2) return Outcome::refused("nobody knows that DF rule");
  to.soft = limits(from.soft());
  to.hard = limits(from.hard());
  to.dont_fragment = static_cast<DontFragment>(from.dont_fragment());
  to.copy_dscp = from.copy_dscp();
  to.dscp = static_cast<uint8_t>(from.dscp());
  to.owner = from.owner();
  to.tag = from.tag();
  return Outcome::ok();
}

Outcome read_keys(pb::AddSa& from, SaConfig& to, KeyMaterial& keys) {
  keys.encryption.swap(*from.mutable_keys()->mutable_encryption_key());
  keys.integrity.swap(*from.mutable_keys()->mutable_integrity_key());
  uint32_t encryption = from.sa().encryption(), integrity = from.sa().integrity();
  const char* cipher = encryption_name(encryption);
  if (cipher == nullptr) return Outcome::refused("encryption algorithm " + std::to_string(encryption) + " is not known");
  const char* hash = integrity_name(integrity);
  if (hash == nullptr) return Outcome::refused("integrity algorithm " + std::to_string(integrity) + " is not known");
  to.suite = find_suite(encryption, integrity, keys.encryption.size(), keys.integrity.size());
  if (to.suite == nullptr) {
    return Outcome::refused(std::string(cipher) + " with integrity " + hash + " and keys of " +
                            std::to_string(keys.encryption.size()) + " and " + std::to_string(keys.integrity.size()) +
                            " octets does not exist; see AlgorithmSuite for the lengths");
  }
  if (to.esn && !to.suite->esn) {
    return Outcome::refused(std::string(cipher) + " does not go with extended sequence numbers here");
  }
  return Outcome::ok();
}

Outcome read(const pb::Policy& from, Direction& direction, PolicySpec& to, bool& has_sa, SaName& sa) {
  Outcome o = read_direction(from.direction(), direction);
  if (o.done()) o = read(direction, from.selectors(), to.selector);
  if (o.done()) o = check_label(from.owner(), from.tag());
  if (!o.done()) return o;
  if (from.action() < pb::PROTECT || from.action() > pb::DISCARD) {
    return Outcome::refused("the action must be PROTECT, HOLD, TRAP, BYPASS or DISCARD");
  }
  to.action = static_cast<Action>(from.action());
  to.priority = from.priority();
  to.owner = from.owner();
  to.tag = from.tag();
  has_sa = direction == Direction::kOutbound && to.action == Action::kProtect;
  if (!has_sa) {
    if (from.has_sa()) return Outcome::refused("only an outbound PROTECT policy names an SA");
    return Outcome::ok();
  }
  o = read(from.sa(), true, sa);
  if (o.done() && sa.direction != Direction::kOutbound) return Outcome::refused("a policy names an outbound SA");
  to.sa_spi = sa.spi;
  to.sa_destination = sa.destination;
  return o;
}

Outcome read(const pb::PolicyPlace& from, Direction& direction, Selector& to) {
  Outcome o = read_direction(from.direction(), direction);
  return o.done() ? read(direction, from.selectors(), to) : o;
}

// ------------------------------------------------------------------------------------------------ and back

void write(Direction direction, uint32_t spi, const Address& destination, pb::SaId* to) {
  to->set_direction(static_cast<pb::Direction>(direction));
  to->set_spi(spi);
  to->set_destination(destination.octets());
}

void write(Direction direction, const Selector& from, pb::SelectorPair* to) {
  bool out = direction == Direction::kOutbound;
  auto side = [&](bool source, pb::Selector* s) {
    s->set_first(Address{from.family, source ? from.source_first : from.destination_first}.octets());
    s->set_last(Address{from.family, source ? from.source_last : from.destination_last}.octets());
    const PortRange& ports = source ? from.source_ports : from.destination_ports;
    s->set_first_port(ports.first);
    s->set_last_port(ports.last);
  };
  side(out, to->mutable_local());
  side(!out, to->mutable_remote());
  to->set_protocol(from.protocol);
}

void write(const SaConfig& from, pb::SecurityAssociation* to) {
  write(from.direction, from.spi, from.name, to->mutable_id());
  to->set_mode(static_cast<pb::Mode>(from.mode));
  to->mutable_endpoints()->set_local(from.outer.local.octets());
  to->mutable_endpoints()->set_remote(from.outer.remote.octets());
  to->mutable_endpoints()->set_local_port(from.outer.local_port);
  to->mutable_endpoints()->set_remote_port(from.outer.remote_port);
  to->set_encryption(from.suite->encryption);
  to->set_integrity(from.suite->integrity);
  to->set_esn(from.esn);
  to->set_replay_window(from.replay_window);
  for (const Selector& s : from.selectors) write(from.direction, s, to->add_selectors());
  limits(from.soft, to->mutable_soft());
  limits(from.hard, to->mutable_hard());
  to->set_dont_fragment(static_cast<pb::DontFragment>(from.dont_fragment));
  to->set_copy_dscp(from.copy_dscp);
  to->set_dscp(from.dscp);
  to->set_owner(from.owner);
  to->set_tag(from.tag);
  if (from.original.known()) {
    to->set_original_remote(from.original.source.octets());
    to->set_original_local(from.original.destination.octets());
  }
}

void write(Direction direction, const Policy& from, pb::Policy* to) {
  to->set_direction(static_cast<pb::Direction>(direction));
  write(direction, from.selector, to->mutable_selectors());
  to->set_priority(from.priority);
  to->set_action(static_cast<pb::PolicyAction>(from.action));
  if (!from.sa.none()) write(Direction::kOutbound, from.sa_spi, from.sa_destination, to->mutable_sa());
  to->set_owner(from.owner);
  to->set_tag(from.tag);
}

void write(Direction direction, const Policy& from, pb::PolicyStatus* to) {
  to->mutable_place()->set_direction(static_cast<pb::Direction>(direction));
  write(direction, from.selector, to->mutable_place()->mutable_selectors());
  to->set_packets(from.counters->packets());
  to->set_bytes(from.counters->bytes());
  to->set_dropped_packets(from.counters->dropped_packets.load(std::memory_order_relaxed));
  to->set_dropped_bytes(from.counters->dropped_bytes.load(std::memory_order_relaxed));
}

void wipe(pb::AddSa* message) {
  if (!message->has_keys()) return;
  for (std::string* key :
       {message->mutable_keys()->mutable_encryption_key(), message->mutable_keys()->mutable_integrity_key()}) {
    OPENSSL_cleanse(key->data(), key->size());
    key->clear();
  }
}

}  // namespace kw
