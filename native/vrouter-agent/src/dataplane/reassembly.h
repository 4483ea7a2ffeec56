// Puts packets to the router itself together from their fragments: one core's, over librte_ip_frag.
//
// Anybody can send first halves. RFC 791 and RFC 8200 let them wait up to a minute; a gateway that holds that many is under
// attack, and the library has no room for a new packet until an old one's time is over. So here, when room is short, the
// oldest gives way, and a source brings a quarter of the room in a second, beyond what became packets. However fast one
// stranger is, and under however many names, halves that belong together have 15 ms to meet.
#pragma once

#include <rte_ip_frag.h>
#include <rte_mbuf.h>

#include <array>
#include <cstdint>
#include <deque>

#include "packet/ip.h"

namespace kw {

class Reassembly {
 public:
  // For so many packets at a time, of up to eight fragments each. `hz` is that of the clock, `secret` the plane's. Throws
  // std::runtime_error.
  Reassembly(uint32_t packets, uint64_t hz, int socket, uint64_t secret);
  ~Reassembly();
  Reassembly(const Reassembly&) = delete;
  Reassembly& operator=(const Reassembly&) = delete;

  // Takes a fragment. The whole packet, possibly in segments, or null: it waits, or was given up.
  rte_mbuf* add(rte_mbuf* m, const IpView& view, uint64_t now);
  // Frees what will never be a packet; returns how many fragments that were since.
  unsigned bury() {
    if (row_.cnt != 0) make_room();
    unsigned n = buried_;
    buried_ = 0;
    return n;
  }

 private:
  static constexpr size_t kSources = 256;

  rte_mbuf* into_table(rte_mbuf* m, const IpView& view, uint64_t now);
  bool let_go_of_oldest();
  uint32_t& brought_by(const IpView& view, uint64_t now);
  void make_room();

  uint64_t hz_;
  uint32_t packets_;
  uint64_t secret_;
  rte_ip_frag_tbl* table_;
  rte_ip_frag_death_row row_{};
  unsigned buried_ = 0;
  std::deque<uint64_t> waits_since_;  // of fragments, oldest first; of those that became packets, too
  uint64_t short_until_ = 0;          // room was short a moment ago
  uint64_t second_ = 0;
  std::array<uint32_t, kSources> brought_{};  // in this second, by the hash of the source
};

}  // namespace kw
