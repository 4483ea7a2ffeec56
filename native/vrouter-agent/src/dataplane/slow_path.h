// The thread for everything that is rare and takes time: neighbours, ICMP, IKE datagrams. Cores hand packets to it
// by a ring; it hands frames and packets back to their inboxes.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "dataplane/icmp_limit.h"
#include "dataplane/plane.h"
#include "dataplane/worker.h"
#include "packet/icmp.h"
#include "packet/link.h"

namespace kw {

struct IkeDatagram {
  Address local, remote;
  uint16_t local_port = 0, remote_port = 0;
  bool marker = false;
  std::string payload;
};

class SlowPath {
 public:
  // False: nobody takes it, or there is no room.
  using Deliver = std::function<bool(IkeDatagram&&)>;
  using Learned = std::function<void(const PathMtu&)>;

  SlowPath(Plane& plane, Deliver deliver, Learned learned);

  // Runs until the plane stops.
  void run();
  // One round of it, for who drives it by hand; false when there was nothing to do.
  bool round();

  // From any thread: sends a datagram of the router's own; policies do not see it.
  Outcome inject(const IkeDatagram& datagram);

  const CoreCounters& counters() const { return counters_; }

 private:
  static constexpr size_t kHeld = 16;      // packets that wait for one neighbour
  static constexpr size_t kHeldAll = 512;  // and for all
  static constexpr unsigned kAsks = 3;
  static constexpr uint64_t kAskUs = 1000 * 1000;
  static constexpr uint64_t kConfirmUs = 60ULL * 1000 * 1000;

  void handle(rte_mbuf* m);
  void release(Neighbour* gone);
  bool on_link(uint16_t port, const Address& a) const;
  void arp(rte_mbuf* m);
  void neighbour_discovery(rte_mbuf* m);
  void resolved(uint16_t port, const Resolution& r);
  void unresolved(rte_mbuf* m);
  void ask(Neighbour& n);
  void tick();
  void local(rte_mbuf* m);
  void ike(rte_mbuf* m);
  void error(rte_mbuf* m, IcmpError kind);
  Address reporter(const IpView& packet, bool came_clear) const;
  bool is_own(uint16_t port, const Address& a) const;
  // The router's address towards a neighbour, or any of its family at the port.
  Address own_address(uint16_t port, const Address& towards) const;
  void send_frame(uint16_t port, const uint8_t* frame, size_t length);
  void to_core(uint16_t worker, rte_mbuf* m);
  void drop(rte_mbuf* m, Drop reason);

  Plane& plane_;
  Deliver deliver_;
  Learned learned_;
  CoreCounters counters_;
  std::map<Neighbour*, std::vector<rte_mbuf*>> held_;
  size_t held_count_ = 0;
  uint64_t now_us_ = 0;
  uint64_t ticked_us_ = 0;
  IcmpLimit errors_;
};

}  // namespace kw
