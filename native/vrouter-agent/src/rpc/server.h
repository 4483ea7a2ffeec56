// Listening: a UNIX socket, TCP with mutual TLS, or both.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <vector>

#include "control/config.h"
#include "rpc/acceptor.h"

namespace kw {

class Server {
 public:
  // Throws std::runtime_error that names what could not be done.
  Server(const std::vector<ListenConfig>& listen, grpc::Service& service);

  // Ends what is under way within a second.
  void shut_down();

 private:
  // Connections are handed to the server: it ends after them.
  std::unique_ptr<grpc::Server> server_;
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
};

}  // namespace kw
