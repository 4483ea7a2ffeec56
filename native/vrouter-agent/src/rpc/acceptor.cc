#include "rpc/acceptor.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace kw {
namespace {

uint64_t inode_of(int fd) {
  struct stat info {};
  return fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode) ? info.st_ino : 0;
}

// The address without the port.
std::string source_of(const sockaddr_storage& from) {
  if (from.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    return std::string(reinterpret_cast<const char*>(&v4.sin_addr), sizeof v4.sin_addr);
  }
  // One host may have a whole /64.
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
  const char* octets = reinterpret_cast<const char*>(&v6.sin6_addr);
  return IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) ? std::string(octets + 12, 4) : std::string(octets, 8);
}

// As the library writes it, the brackets of IPv6 in the way of URIs.
std::string peer_of(const sockaddr_storage& from) {
  char text[INET6_ADDRSTRLEN] = "";
  if (from.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return std::string("ipv4:") + text + ":" + std::to_string(ntohs(v4.sin_port));
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
  std::string port = std::to_string(ntohs(v6.sin6_port));
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    inet_ntop(AF_INET, v6.sin6_addr.s6_addr + 12, text, sizeof text);
    return std::string("ipv4:") + text + ":" + port;
  }
  inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
  return std::string("ipv6:%5B") + text + "%5D:" + port;
}

std::mutex all_mutex;
std::vector<Acceptor*> all;

void option(int fd, int level, int name, int value) { setsockopt(fd, level, name, &value, sizeof value); }

}  // namespace

Acceptor::Acceptor(const std::string& address, std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> server)
    : server_(std::move(server)) {
  size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon), port = colon == std::string::npos ? "" : address.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int problem = port.empty() ? EAI_SERVICE : getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (problem != 0) {
    throw std::runtime_error("cannot listen on " + address + ", which is no HOST:PORT: " + gai_strerror(problem));
  }
  socket_ = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ >= 0) {
    option(socket_, SOL_SOCKET, SO_REUSEADDR, 1);
    if (found->ai_family == AF_INET6) option(socket_, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  }
  bool bound = socket_ >= 0 && bind(socket_, found->ai_addr, found->ai_addrlen) == 0 && listen(socket_, 128) == 0;
  std::string why = std::strerror(errno);
  freeaddrinfo(found);
  if (!bound) {
    if (socket_ >= 0) close(socket_);
    throw std::runtime_error("cannot listen on " + address + ": " + why);
  }
}

Acceptor::~Acceptor() {
  {
    std::lock_guard<std::mutex> lock(all_mutex);
    all.erase(std::remove(all.begin(), all.end(), this), all.end());
  }
  stop_.store(true);
  if (thread_.joinable()) thread_.join();
  close(socket_);
}

void Acceptor::start() {
  {
    std::lock_guard<std::mutex> lock(all_mutex);
    all.push_back(this);
  }
  thread_ = std::thread([this] { run(); });
}

void Acceptor::called(const std::string& peer) {
  if (peer.compare(0, 2, "ip") != 0) return;  // by a UNIX socket
  std::lock_guard<std::mutex> lock(all_mutex);
  for (Acceptor* acceptor : all) {
    std::lock_guard<std::mutex> inner(acceptor->mutex_);
    // A port of the other end may have come back with another connection: the newest is meant.
    auto at = std::find_if(acceptor->taken_.rbegin(), acceptor->taken_.rend(), [&](const Taken& t) { return t.peer == peer; });
    if (at != acceptor->taken_.rend()) at->called = true;
  }
}

void Acceptor::run() {
  while (!stop_.load()) {
    pollfd wait{socket_, POLLIN, 0};
    if (poll(&wait, 1, 200) != 1) continue;
    sockaddr_storage from{};
    socklen_t length = sizeof from;
    int connection = accept4(socket_, reinterpret_cast<sockaddr*>(&from), &length, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (connection >= 0) {
      take(connection, from);
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      usleep(50 * 1000);  // who waits in the queue is taken when there is room again
    }
  }
}

void Acceptor::forget_closed() {
  taken_.erase(std::remove_if(taken_.begin(), taken_.end(), [](const Taken& t) { return inode_of(t.fd) != t.inode; }),
               taken_.end());
}

// With the lock held, and all places taken. The library sees the end of the connection, and closes it.
bool Acceptor::make_room() {
  auto oldest = std::find_if(taken_.begin(), taken_.end(), [](const Taken& t) { return !t.called; });
  if (oldest == taken_.end()) return false;
  if (inode_of(oldest->fd) == oldest->inode) shutdown(oldest->fd, SHUT_RDWR);
  taken_.erase(oldest);
  return true;
}

void Acceptor::take(int connection, const sockaddr_storage& from) {
  std::string source = source_of(from);
  std::unique_lock<std::mutex> lock(mutex_);
  forget_closed();
  auto of_source = std::count_if(taken_.begin(), taken_.end(), [&](const Taken& t) { return t.source == source; });
  if (static_cast<size_t>(of_source) >= kMostOfOne || (taken_.size() >= kMost && !make_room())) {
    close(connection);
    return;
  }
  option(connection, IPPROTO_TCP, TCP_NODELAY, 1);
  // A controller that vanished without a word gives its streams back within a minute.
  option(connection, SOL_SOCKET, SO_KEEPALIVE, 1);
  option(connection, IPPROTO_TCP, TCP_KEEPIDLE, 30);
  option(connection, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  option(connection, IPPROTO_TCP, TCP_KEEPCNT, 3);
  option(connection, IPPROTO_TCP, TCP_USER_TIMEOUT, 60 * 1000);
  taken_.push_back({connection, inode_of(connection), source, peer_of(from)});
  lock.unlock();
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
  parameters.listener_fd = socket_;
  parameters.fd = connection;
  server_->HandleNewConnection(&parameters);
}

}  // namespace kw
