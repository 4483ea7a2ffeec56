// What the metrics say. docs/vrouter-agent.md explains each to operators; test/lab holds the two together.
#include <rte_ethdev.h>
#include <rte_mempool.h>
#include <rte_version.h>

#include <cstdio>

#include "dataplane/worker.h"
#include "rpc/metrics.h"

namespace kw {
namespace {

class Text {
 public:
  // Samples of a counter have "_total" behind the name, those of an info "_info" (OpenMetrics 1.0).
  void family(const char* name, const char* type, const char* help) {
    out += std::string("# TYPE ") + name + " " + type + "\n# HELP " + name + " " + help + "\n";
  }
  void sample(const char* name, const std::string& labels, uint64_t value) {
    out += name;
    if (!labels.empty()) out += "{" + labels + "}";
    out += " " + std::to_string(value) + "\n";
  }
  void gauge(const char* name, const char* help, uint64_t value) {
    family(name, "gauge", help);
    sample(name, "", value);
  }
  void seconds(const char* name, const std::string& labels, uint64_t us) {
    char value[32];
    std::snprintf(value, sizeof value, "%llu.%06llu", static_cast<unsigned long long>(us / 1000000),
                  static_cast<unsigned long long>(us % 1000000));
    out += std::string(name) + (labels.empty() ? "" : "{" + labels + "}") + " " + value + "\n";
  }
  std::string out;
};

std::string label(const char* name, const std::string& value) {
  std::string text = std::string(name) + "=\"";
  for (char c : value) {
    if (c == '\n') {
      text += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

std::string hex(uint32_t spi) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%08x", spi);
  return text;
}

const char* word(Direction d) { return d == Direction::kInbound ? "inbound" : "outbound"; }

const char* word(Action a) {
  switch (a) {
    case Action::kProtect: return "protect";
    case Action::kHold: return "hold";
    case Action::kTrap: return "trap";
    case Action::kBypass: return "bypass";
    case Action::kDiscard: return "discard";
  }
  return "?";
}

// Names an SA for its whole life, also when it moves.
std::string sa_labels(const Sa& sa) {
  return label("direction", word(sa.direction)) + "," + label("spi", hex(sa.spi)) + "," +
         label("peer", sa.config.first_peer.text());
}

std::string policy_labels(Direction d, const Policy& p) {
  return label("direction", word(d)) + "," + label("selectors", p.selector.text());
}

void agent(Text& t, Agent& agent, const Plane& plane, EventHub& events) {
  t.family("keyway_agent", "info", "The program and what it runs on.");
  t.sample("keyway_agent_info",
           label("version", KEYWAY_VERSION) + "," + label("dpdk", rte_version()) + "," +
               label("crypto_device", agent.crypto_device()),
           1);
  t.gauge("keyway_generation", "The life of the agent's contents.", agent.generation());
  t.family("keyway_start_time_seconds", "gauge", "When the agent started, in Unix time.");
  t.seconds("keyway_start_time_seconds", "", agent.generation());
  t.gauge("keyway_policies_complete", "Whether bypass policies are in force.", agent.policies_complete() ? 1 : 0);
  t.gauge("keyway_event_listeners", "Controllers that listen to events now.", events.listeners());
  t.gauge("keyway_ike_taken", "Whether a controller takes IKE datagrams.", plane.ike_wanted.load() ? 1 : 0);
  t.family("keyway_lost_events", "counter", "Events that found no room on their way to a controller.");
  t.sample("keyway_lost_events_total", "", events.lost());
  t.gauge("keyway_buffers", "Packet buffers.", plane.packets->size);
  t.gauge("keyway_free_buffers", "Packet buffers that hold no packet.", rte_mempool_avail_count(plane.packets));
}

void cores(Text& t, const Plane& plane) {
  struct {
    const char* name;
    const char* help;
    Counter CoreCounters::*counter;
  } families[] = {
      {"keyway_core_received_packets", "Frames taken from ports.", &CoreCounters::received},
      {"keyway_core_sent_packets", "Frames given to ports.", &CoreCounters::sent},
      {"keyway_core_encrypted_packets", "Packets encrypted.", &CoreCounters::encrypted},
      {"keyway_core_decrypted_packets", "Packets decrypted and found authentic.", &CoreCounters::decrypted},
      {"keyway_core_slow_path_packets", "Packets handed to the slow path.", &CoreCounters::slow},
      {"keyway_core_busy_polls", "Rounds in which there was something to do.", &CoreCounters::busy_polls},
      {"keyway_core_idle_polls", "Rounds in which there was nothing to do.", &CoreCounters::idle_polls},
  };
  auto labels = [&](size_t i) {
    return label("core", std::to_string(i)) + "," + label("role", i < plane.forwarding_cores ? "forwarding" : "crypto");
  };
  for (const auto& f : families) {
    t.family(f.name, "counter", f.help);
    for (size_t i = 0; i < plane.workers.size(); i++) {
      t.sample((std::string(f.name) + "_total").c_str(), labels(i), (plane.workers[i]->counters().*f.counter).get());
    }
  }
  t.family("keyway_core_dropped_packets", "counter", "Packets dropped, by core; the reasons are in keyway_dropped_packets.");
  for (size_t i = 0; i < plane.workers.size(); i++) {
    uint64_t sum = 0;
    for (const Counter& c : plane.workers[i]->counters().drops) sum += c.get();
    t.sample("keyway_core_dropped_packets_total", labels(i), sum);
  }
}

void drops(Text& t, Agent& agent) {
  t.family("keyway_dropped_packets", "counter", "Packets dropped, by reason.");
  std::vector<uint64_t> drops = agent.drops();
  for (unsigned r = 0; r < kDropReasons; r++) {
    t.sample("keyway_dropped_packets_total", label("reason", name_of(static_cast<Drop>(r))), drops[r]);
  }
}

// What the devices count themselves; what they drop never reaches a core.
void ports(Text& t, const Plane& plane) {
  struct {
    const char* name;
    const char* help;
    uint64_t rte_eth_stats::*counter;
  } families[] = {
      {"keyway_port_received_packets", "Frames that the device received.", &rte_eth_stats::ipackets},
      {"keyway_port_received_bytes", "Octets of these frames.", &rte_eth_stats::ibytes},
      {"keyway_port_sent_packets", "Frames that the device sent.", &rte_eth_stats::opackets},
      {"keyway_port_sent_bytes", "Octets of these frames.", &rte_eth_stats::obytes},
      {"keyway_port_missed_packets", "Frames that the device dropped because no core took them in time.",
       &rte_eth_stats::imissed},
      {"keyway_port_receive_errors", "Frames that came damaged.", &rte_eth_stats::ierrors},
      {"keyway_port_send_errors", "Frames that the device could not send.", &rte_eth_stats::oerrors},
      {"keyway_port_receive_no_buffer", "Frames that found no buffer.", &rte_eth_stats::rx_nombuf},
  };
  auto labels = [](const Port& p) {
    return label("port", p.name) + "," + label("side", p.protected_side ? "protected" : "unprotected");
  };
  std::vector<rte_eth_stats> all(plane.ports.size());
  t.family("keyway_port_up", "gauge", "Whether the link is up.");
  for (size_t i = 0; i < all.size(); i++) {
    rte_eth_link link{};
    bool up = rte_eth_link_get_nowait(plane.ports[i].id, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
    t.sample("keyway_port_up", labels(plane.ports[i]), up ? 1 : 0);
    if (rte_eth_stats_get(plane.ports[i].id, &all[i]) != 0) all[i] = {};
  }
  for (const auto& f : families) {
    t.family(f.name, "counter", f.help);
    for (size_t i = 0; i < all.size(); i++) {
      t.sample((std::string(f.name) + "_total").c_str(), labels(plane.ports[i]), all[i].*f.counter);
    }
  }
}

void sas(Text& t, Agent& agent, const Plane& plane) {
  Text info, packets, bytes, failed, added;
  info.family("keyway_sa", "info", "What an SA is, and where its peer is now.");
  packets.family("keyway_sa_packets", "counter", "Packets of an SA.");
  bytes.family("keyway_sa_bytes", "counter", "Octets of inner packets of an SA.");
  failed.family("keyway_sa_dropped_packets", "counter", "Packets of an SA that were dropped, by reason.");
  added.family("keyway_sa_added_time_seconds", "gauge", "When an SA was added, in Unix time.");
  uint64_t inbound = 0, outbound = 0;
  agent.each_sa([&](const Sa& sa) {
    std::string labels = sa_labels(sa);
    (sa.direction == Direction::kInbound ? inbound : outbound)++;
    const Outer& outer = sa.config.outer;
    info.sample("keyway_sa_info",
                labels + "," + label("remote", outer.remote.text()) + "," +
                    label("udp_port", outer.udp() ? std::to_string(outer.remote_port) : "") + "," +
                    label("mode", sa.mode == Mode::kTunnel ? "tunnel" : "transport") + "," +
                    label("algorithm", sa.suite->name) + "," + label("esn", sa.esn ? "true" : "false") + "," +
                    label("owner", sa.config.owner),
                1);
    packets.sample("keyway_sa_packets_total", labels, sa.packets.load(std::memory_order_relaxed));
    bytes.sample("keyway_sa_bytes_total", labels, sa.bytes.load(std::memory_order_relaxed));
    auto drop = [&](const char* why, const std::atomic<uint64_t>& n) {
      failed.sample("keyway_sa_dropped_packets_total", labels + "," + label("reason", why),
                    n.load(std::memory_order_relaxed));
    };
    if (sa.direction == Direction::kInbound) {
      drop("replay", sa.replayed);
      drop("integrity", sa.integrity_failed);
      drop("selectors", sa.selector_mismatched);
    }
    drop("other", sa.other_dropped);
    added.seconds("keyway_sa_added_time_seconds", labels, sa.added_us);
  });
  t.family("keyway_sas", "gauge", "SAs installed.");
  t.sample("keyway_sas", label("direction", "inbound"), inbound);
  t.sample("keyway_sas", label("direction", "outbound"), outbound);
  t.gauge("keyway_sas_room", "How many SAs there may be, of both directions together.", plane.sad->capacity());
  t.out += info.out + packets.out + bytes.out + failed.out + added.out;
}

void policies(Text& t, Agent& agent, const Plane& plane) {
  Text info, passed, octets, held, held_octets;
  info.family("keyway_policy", "info", "What a policy does now; spi only where it protects.");
  passed.family("keyway_policy_packets", "counter", "Packets that a policy let through or had protected.");
  octets.family("keyway_policy_bytes", "counter", "Octets of these packets.");
  held.family("keyway_policy_dropped_packets", "counter", "Packets that a policy held or dropped.");
  held_octets.family("keyway_policy_dropped_bytes", "counter", "Octets of these packets.");
  uint64_t inbound = 0, outbound = 0;
  agent.each_policy([&](Direction d, const Policy& p) {
    std::string labels = policy_labels(d, p);
    (d == Direction::kInbound ? inbound : outbound)++;
    info.sample("keyway_policy_info",
                labels + "," + label("action", word(p.action)) + "," + label("priority", std::to_string(p.priority)) +
                    "," + label("spi", p.sa.none() ? "" : hex(p.sa_spi)) + "," + label("owner", p.owner),
                1);
    passed.sample("keyway_policy_packets_total", labels, p.counters->packets());
    octets.sample("keyway_policy_bytes_total", labels, p.counters->bytes());
    held.sample("keyway_policy_dropped_packets_total", labels,
                p.counters->dropped_packets.load(std::memory_order_relaxed));
    held_octets.sample("keyway_policy_dropped_bytes_total", labels,
                       p.counters->dropped_bytes.load(std::memory_order_relaxed));
  });
  t.family("keyway_policies", "gauge", "Policies, by direction.");
  t.sample("keyway_policies", label("direction", "inbound"), inbound);
  t.sample("keyway_policies", label("direction", "outbound"), outbound);
  t.gauge("keyway_policies_room", "How many policies each direction may have.", plane.outbound->capacity());
  t.out += info.out + passed.out + octets.out + held.out + held_octets.out;
}

}  // namespace

std::string open_metrics(Agent& of, const Plane& plane, EventHub& events) {
  Text t;
  agent(t, of, plane, events);
  cores(t, plane);
  drops(t, of);
  ports(t, plane);
  sas(t, of, plane);
  policies(t, of, plane);
  return t.out + "# EOF\n";
}

}  // namespace kw
