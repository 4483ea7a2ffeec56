// The agent's counters in the OpenMetrics text format, over HTTP (GET /metrics).
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "control/agent.h"
#include "control/events.h"

namespace kw {

// The whole text (src/rpc/metrics_text.cc). SAs and policies are read in parts: no change waits for long.
std::string open_metrics(Agent& agent, const Plane& plane, EventHub& events);

// One client at a time, each for two seconds at most: whoever scrapes gets an answer, nobody holds anything up.
class MetricsServer {
 public:
  // `address` is HOST:PORT. Throws std::runtime_error.
  MetricsServer(const std::string& address, Agent& agent, const Plane& plane, EventHub& events);
  ~MetricsServer();

 private:
  void run();
  void serve(int client);

  Agent& agent_;
  const Plane& plane_;
  EventHub& events_;
  int socket_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace kw
