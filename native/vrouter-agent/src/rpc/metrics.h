// The agent's counters in the OpenMetrics text format, over HTTP (GET /metrics).
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "control/agent.h"

namespace kw {

std::string open_metrics(Agent& agent, const Plane& plane);

// One client at a time, each for two seconds at most: whoever scrapes gets an answer, nobody holds anything up.
class MetricsServer {
 public:
  // `address` is HOST:PORT. Throws std::runtime_error.
  MetricsServer(const std::string& address, Agent& agent, const Plane& plane);
  ~MetricsServer();

 private:
  void run();
  void serve(int client);

  Agent& agent_;
  const Plane& plane_;
  int socket_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace kw
