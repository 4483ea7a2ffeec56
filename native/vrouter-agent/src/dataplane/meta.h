// What travels beside a packet inside the router, in the private area of its mbuf.
#pragma once

#include <rte_crypto.h>
#include <rte_crypto_sym.h>
#include <rte_mbuf.h>

#include <cstddef>
#include <cstring>

#include "base/address.h"
#include "dataplane/drops.h"
#include "spd/spd.h"

namespace kw {

// What the core that takes a packet from its inbox is to do with it.
enum class Job : uint8_t {
  kForward,   // an IP packet that needs a route and no policy
  kEsp,       // encrypt or decrypt with `sa`
  kSend,      // an IP packet: `port` and `next_hop` are known
  kOriginate, // an IP packet of the router itself, which policies judge
  kFrame,     // complete with Ethernet header, for `port`
};

// Why a packet went to the slow path.
enum class Slow : uint8_t {
  kArp,
  kNeighbourDiscovery,
  kLocal,        // ICMP for the router
  kIke,          // a UDP datagram for an IKE port
  kUnresolved,   // `next_hop` at `port` has no known MAC
  kTooBig,       // tell the source: at most `mtu` octets
  kTtl,          // tell the source: too many hops
};

// Where the IV stands in a crypto operation.
constexpr uint16_t kIvOffset = sizeof(rte_crypto_op) + sizeof(rte_crypto_sym_op);
constexpr uint16_t kIvOctets = 16;

// Of the outer headers that the router makes.
constexpr uint8_t kHopLimit = 64;

struct Sa;

// What every packet needs is in the first cache line, and the rest in the second.
struct alignas(64) Meta {
  Job job = Job::kForward;
  Slow slow = Slow::kArp;
  bool outbound = false;
  uint8_t inner_tos = 0;
  uint8_t outer_tos = 0;
  uint8_t inner_family = 0;
  bool inner_dont_fragment = false;
  bool udp = false;          // came in UDP
  bool own = false;          // the router made the IP header, and may fragment
  bool came_clear = false;   // at an unprotected port: what quotes it may leave in clear, too
  uint16_t port = 0;
  uint16_t mtu = 0;
  uint16_t outer_source_port = 0;
  uint16_t header_length = 0;   // transport mode: before ESP
  uint16_t next_header_at = 0;  // and where IPv6 names it
  uint32_t inner_length = 0;
  uint32_t wire_length = 0;
  uint32_t sequence = 0;
  uint64_t number = 0;       // with extended sequence numbers: the whole one that the packet is authenticated with
  SaRef sa;
  Sa* pinned = nullptr;      // while in the crypto device
  uint64_t judged = 0;       // the version of the outbound policies that let it go in clear
  alignas(64) Address next_hop;  // of Job::kSend and Slow::kUnresolved
  Address outer_source;          // of what came as ESP

  // As of a new packet; the addresses are set by who makes them count.
  void begin(uint16_t at_port) {
    // All of it begins as 0.
    std::memset(static_cast<void*>(this), 0, offsetof(Meta, next_hop));
    port = at_port;
  }
};
static_assert(sizeof(Meta) == 128, "two cache lines");

inline Meta& meta_of(rte_mbuf* m) { return *static_cast<Meta*>(rte_mbuf_to_priv(m)); }
inline uint8_t* octets(rte_mbuf* m) { return rte_pktmbuf_mtod(m, uint8_t*); }

}  // namespace kw
