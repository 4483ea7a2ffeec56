// Listening: a UNIX socket, TCP with mutual TLS, or both.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <vector>

#include "control/config.h"

namespace kw {

// Throws std::runtime_error that names what could not be done.
std::unique_ptr<grpc::Server> start_server(const std::vector<ListenConfig>& listen, grpc::Service& service);

}  // namespace kw
