#include "rpc/metrics.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "base/clock.h"

namespace kw {

MetricsServer::MetricsServer(const std::string& address, Agent& agent, const Plane& plane, EventHub& events)
    : agent_(agent), plane_(plane), events_(events), socket_(-1) {
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
    if (client < 0) {
      usleep(50 * 1000);  // without a file left, it would be asked again and again
      continue;
    }
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
    body = open_metrics(agent_, plane_, events_);
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
