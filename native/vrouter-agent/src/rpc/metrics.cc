#include "rpc/metrics.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cinttypes>
#include <cstring>
#include <stdexcept>

#include "dataplane/worker.h"

namespace kw {
namespace {

class Text {
 public:
  void family(const char* name, const char* type, const char* help) {
    out += std::string("# TYPE ") + name + " " + type + "\n# HELP " + name + " " + help + "\n";
  }
  void sample(const char* name, const std::string& labels, uint64_t value) {
    out += name;
    if (!labels.empty()) out += "{" + labels + "}";
    out += " " + std::to_string(value) + "\n";
  }
  std::string out;
};

std::string label(const char* name, const std::string& value) {
  std::string text = std::string(name) + "=\"";
  for (char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c == '\n' ? ' ' : c;
  }
  return text + "\"";
}

std::string sa_labels(const Sa& sa) {
  char spi[16];
  std::snprintf(spi, sizeof spi, "0x%08x", sa.spi);
  return label("direction", sa.direction == Direction::kInbound ? "inbound" : "outbound") + "," + label("spi", spi) +
         "," + label("peer", sa.config.outer.remote.text());
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
  for (const auto& f : families) {
    t.family(f.name, "counter", f.help);
    for (size_t i = 0; i < plane.workers.size(); i++) {
      t.sample((std::string(f.name) + "_total").c_str(), label("core", std::to_string(i)),
               (plane.workers[i]->counters().*f.counter).get());
    }
  }
}

}  // namespace

std::string open_metrics(Agent& agent, const Plane& plane) {
  Text t;
  t.family("keyway_generation", "gauge", "The life of the agent's contents.");
  t.sample("keyway_generation", "", agent.generation());
  t.family("keyway_policies_complete", "gauge", "Whether bypass policies are in force.");
  t.sample("keyway_policies_complete", "", agent.policies_complete() ? 1 : 0);
  cores(t, plane);
  t.family("keyway_dropped_packets", "counter", "Packets dropped, by reason.");
  std::vector<uint64_t> drops = agent.drops();
  for (unsigned r = 0; r < kDropReasons; r++) {
    t.sample("keyway_dropped_packets_total", label("reason", name_of(static_cast<Drop>(r))), drops[r]);
  }

  Text packets, bytes, failed, limits;
  packets.family("keyway_sa_packets", "counter", "Packets of an SA.");
  bytes.family("keyway_sa_bytes", "counter", "Octets of inner packets of an SA.");
  failed.family("keyway_sa_dropped_packets", "counter", "Packets of an SA that were dropped, by reason.");
  uint64_t count = 0;
  agent.each_sa([&](const Sa& sa) {
    std::string labels = sa_labels(sa);
    count++;
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
  });
  t.family("keyway_sas", "gauge", "SAs installed.");
  t.sample("keyway_sas", "", count);
  t.out += packets.out + bytes.out + failed.out;

  Text passed, octets, held;
  passed.family("keyway_policy_packets", "counter", "Packets that a policy let through or had protected.");
  octets.family("keyway_policy_bytes", "counter", "Octets of these packets.");
  held.family("keyway_policy_dropped_packets", "counter", "Packets that a policy held or dropped.");
  agent.each_policy([&](Direction d, const Policy& p) {
    std::string labels = label("direction", d == Direction::kInbound ? "inbound" : "outbound") + "," +
                         label("selectors", p.selector.text());
    passed.sample("keyway_policy_packets_total", labels, p.counters->packets.load(std::memory_order_relaxed));
    octets.sample("keyway_policy_bytes_total", labels, p.counters->bytes.load(std::memory_order_relaxed));
    held.sample("keyway_policy_dropped_packets_total", labels,
                p.counters->dropped_packets.load(std::memory_order_relaxed));
  });
  t.out += passed.out + octets.out + held.out;
  return t.out + "# EOF\n";
}

MetricsServer::MetricsServer(const std::string& address, Agent& agent, const Plane& plane)
    : agent_(agent), plane_(plane), socket_(-1) {
  size_t colon = address.rfind(':');
  if (colon == std::string::npos) throw std::runtime_error("metrics need HOST:PORT, not " + address);
  std::string host = address.substr(0, colon), port = address.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
    throw std::runtime_error("metrics need a numeric HOST:PORT, not " + address);
  }
  socket_ = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int yes = 1;
  if (socket_ >= 0) setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  bool bound = socket_ >= 0 && bind(socket_, found->ai_addr, found->ai_addrlen) == 0 && listen(socket_, 8) == 0;
  freeaddrinfo(found);
  if (!bound) throw std::runtime_error("metrics cannot listen on " + address + ": " + std::strerror(errno));
  thread_ = std::thread([this] { run(); });
}

MetricsServer::~MetricsServer() {
  stop_.store(true);
  thread_.join();
  close(socket_);
}

void MetricsServer::run() {
  while (!stop_.load()) {
    pollfd wait{socket_, POLLIN, 0};
    if (poll(&wait, 1, 200) != 1) continue;
    int client = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    timeval limit{2, 0};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    serve(client);
    close(client);
  }
}

void MetricsServer::serve(int client) {
  char request[2048];
  size_t have = 0;
  uint64_t until = monotonic_us() + 2000 * 1000;
  while (have < sizeof request - 1 && monotonic_us() < until) {
    ssize_t n = recv(client, request + have, sizeof request - 1 - have, 0);
    if (n <= 0) return;
    have += static_cast<size_t>(n);
    request[have] = 0;
    if (std::strstr(request, "\r\n\r\n") != nullptr) break;
  }
  request[have] = 0;
  std::string body, head;
  if (std::strncmp(request, "GET /metrics ", 13) == 0) {
    body = open_metrics(agent_, plane_);
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n";
  } else {
    body = "GET /metrics is all there is here.\n";
    head = "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n";
  }
  std::string answer = head + "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
  for (size_t at = 0; at < answer.size();) {
    ssize_t n = send(client, answer.data() + at, answer.size() - at, MSG_NOSIGNAL);
    if (n <= 0 || monotonic_us() > until + 2000 * 1000) return;
    at += static_cast<size_t>(n);
  }
}

}  // namespace kw
