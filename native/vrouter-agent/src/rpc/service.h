// The gRPC service: calls in, answers out. What things mean is decided in control/.
#pragma once

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

#include "control/agent.h"
#include "keyway/vrouter/v1/vrouter.grpc.pb.h"

namespace kw {

// IKE datagrams on their way to the newest packet stream.
class PacketHub {
 public:
  static constexpr size_t kKept = 1024;

  struct Stream {
    std::mutex mutex;
    std::condition_variable came;
    std::deque<IkeDatagram> waiting;
    bool closed = false;
  };

  explicit PacketHub(Plane& plane) : plane_(plane) {}

  // From the slow path. What finds no room, or nobody, is lost: false.
  bool deliver(IkeDatagram&& datagram);
  std::shared_ptr<Stream> open();
  void close(const std::shared_ptr<Stream>& stream);

 private:
  Plane& plane_;
  std::mutex mutex_;
  std::deque<std::shared_ptr<Stream>> streams_;  // newest last
};

class Service final : public pb::VRouter::Service {
 public:
  static constexpr size_t kMostPacketStreams = 4;
  static constexpr size_t kMostSnapshots = 8;

  Service(Agent& agent, EventHub& events, PacketHub& packets, SlowPath& slow)
      : agent_(agent), events_(events), packets_(packets), slow_(slow) {}

  // Ends the streams, so that the server can shut down.
  void stop() { stop_.store(true); }

  grpc::Status Attach(grpc::ServerContext*, const pb::AttachRequest*, pb::AttachResponse*) override;
  grpc::Status GetCapabilities(grpc::ServerContext*, const pb::GetCapabilitiesRequest*,
                               pb::GetCapabilitiesResponse*) override;
  grpc::Status GetSpi(grpc::ServerContext*, const pb::GetSpiRequest*, pb::GetSpiResponse*) override;
  grpc::Status GetSpis(grpc::ServerContext*, const pb::GetSpisRequest*, pb::GetSpisResponse*) override;
  grpc::Status ReleaseSpis(grpc::ServerContext*, const pb::ReleaseSpisRequest*, pb::ResultList*) override;
  grpc::Status AddSa(grpc::ServerContext*, const pb::AddSaRequest*, pb::Result*) override;
  grpc::Status UpdateSa(grpc::ServerContext*, const pb::UpdateSaRequest*, pb::Result*) override;
  grpc::Status DelSa(grpc::ServerContext*, const pb::DelSaRequest*, pb::Result*) override;
  grpc::Status AddPolicy(grpc::ServerContext*, const pb::AddPolicyRequest*, pb::Result*) override;
  grpc::Status DelPolicy(grpc::ServerContext*, const pb::DelPolicyRequest*, pb::Result*) override;
  grpc::Status Apply(grpc::ServerContext*, const pb::ApplyRequest*, pb::ResultList*) override;
  grpc::Status FlushSas(grpc::ServerContext*, const pb::FlushRequest*, pb::FlushResponse*) override;
  grpc::Status FlushPolicies(grpc::ServerContext*, const pb::FlushRequest*, pb::FlushResponse*) override;
  grpc::Status QuerySa(grpc::ServerContext*, const pb::QuerySaRequest*, pb::SaStatus*) override;
  grpc::Status QuerySas(grpc::ServerContext*, const pb::QuerySasRequest*, pb::QuerySasResponse*) override;
  grpc::Status QueryPolicies(grpc::ServerContext*, const pb::QueryPoliciesRequest*,
                             pb::QueryPoliciesResponse*) override;
  grpc::Status Snapshot(grpc::ServerContext*, const pb::SnapshotRequest*,
                        grpc::ServerWriter<pb::SnapshotPart>*) override;
  grpc::Status CompletePolicies(grpc::ServerContext*, const pb::CompletePoliciesRequest*, pb::Result*) override;
  grpc::Status Events(grpc::ServerContext*, const pb::EventsRequest*, grpc::ServerWriter<pb::Event>*) override;
  grpc::Status Packets(grpc::ServerContext*, grpc::ServerReaderWriter<pb::PacketIn, pb::PacketOut>*) override;

 private:
  Agent& agent_;
  EventHub& events_;
  PacketHub& packets_;
  SlowPath& slow_;
  std::atomic<bool> stop_{false};
  std::atomic<size_t> packet_streams_{0};
  std::atomic<size_t> snapshots_{0};
};

}  // namespace kw
