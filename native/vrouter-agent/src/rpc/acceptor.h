// Takes TCP connections, and hands them to the gRPC server.
//
// The library's own listener stops for good when the process has no file left (accept4: EMFILE), so that whoever
// reaches the port, with a certificate or without one, could shut the controller out. Here a source has a bounded
// number of connections, all of them together have one, and want of files is waited out. When all places are taken, a new
// connection gets that of the oldest by which no call has come: who has no certificate keeps nobody out.
#pragma once

#include <grpcpp/grpcpp.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kw {

class Acceptor {
 public:
  // Connections at a time, of one source and of all.
  static constexpr size_t kMostOfOne = 32;
  static constexpr size_t kMost = 256;

  // Binds at once; throws std::runtime_error that names what could not be done.
  Acceptor(const std::string& address, std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> server);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // When the server runs.
  void start();

  // A call has come, by a connection of any acceptor or of none; `peer` is what the library calls its other end. Any thread.
  static void called(const std::string& peer);

 private:
  // A connection that the server has; it closes it without telling.
  struct Taken {
    int fd;
    uint64_t inode;
    std::string source;
    std::string peer;     // as the library calls it
    bool called = false;  // so the peer has a certificate
  };

  void run();
  void take(int connection, const sockaddr_storage& from);
  void forget_closed();
  bool make_room();

  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> server_;
  int socket_ = -1;
  std::mutex mutex_;
  std::vector<Taken> taken_;  // oldest first
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace kw
