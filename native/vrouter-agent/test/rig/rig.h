// A whole data plane in one process and one thread: the agent's own cores, slow path, tables and ESP sessions, with rings
// for cables. Nothing runs but what a test calls, so what it sees does not depend on time or on the machine.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dataplane/slow_path.h"
#include "dataplane/start.h"

namespace rig {

using Octets = std::vector<uint8_t>;

// The two networks: 10.1.0.0/16 and 2001:db8:1::/48 are protected, 10.2.0.0/16 and 2001:db8:2::/48 behind the peer,
// 192.0.2.1 and 2001:db8:f::1 the router's unprotected addresses, .2 and ::2 the peer's.
class Rig {
 public:
  enum Side { kInside = 0, kOutside = 1 };

  // Once for each process, as DPDK starts once.
  Rig();

  // Puts a frame on the cable, as it is.
  void frame(Side side, const Octets& octets);
  // An IP packet in a frame to the router.
  void packet(Side side, const Octets& ip);
  // Runs core and slow path until both have nothing to do.
  void settle();
  // Frames that the router has sent since.
  std::vector<Octets> sent(Side side);

  // Adds an SA, with an inbound or outbound PROTECT policy for each of its selectors.
  kw::Sa* add(kw::SaConfig config, const std::string& key, const std::string& integrity_key = {});
  void remove_sas();
  // AES-128-GCM, tunnel mode, 10.1.0.0/16 to 10.2.0.0/16 and the same for IPv6.
  kw::SaConfig config(kw::Direction direction, uint32_t spi, uint8_t outer_family = 4) const;

  uint64_t drops(kw::Drop reason) const;
  // What the cores told the control side since.
  std::vector<kw::Note> notes();
  // Packet buffers that are somewhere in the router.
  unsigned buffers_held() const;
  std::vector<kw::IkeDatagram>& ike() { return ike_; }

  kw::Plane& plane() { return plane_; }
  kw::SlowPath& slow() { return *slow_; }

 private:
  kw::Plane plane_;
  kw::Started started_;
  std::unique_ptr<kw::SlowPath> slow_;
  std::vector<kw::IkeDatagram> ike_;
  rte_ring* towards_[2];
  rte_ring* from_[2];
};

// The one of this process.
Rig& the_rig();

}  // namespace rig
