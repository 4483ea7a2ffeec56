// Takes TCP connections, and hands them to the gRPC server.
//
// The library's own listener stops for good when the process has no file left (accept4: EMFILE), so that whoever
// reaches the port, with a certificate or without one, could shut the controller out. Here a source has a bounded
// number of connections, all of them together have one, and want of files is waited out.
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <cstdint>
#include <memory>
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

 private:
  // A connection that the server has; it closes it without telling.
  struct Taken {
    int fd;
    uint64_t inode;
    std::string source;
  };

  void run();
  void take(int connection, const std::string& source);
  void forget_closed();

  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> server_;
  int socket_ = -1;
  std::vector<Taken> taken_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace kw
