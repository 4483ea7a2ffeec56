#include "rpc/service.h"

#include <thread>

namespace kw {
namespace {

using grpc::Status;
using grpc::StatusCode;

Status too_many(int items) {
  return {StatusCode::INVALID_ARGUMENT, std::to_string(items) + " items are more than the " +
                                            std::to_string(Agent::kMaxBatch) + " that a batch may have"};
}

// A place among those that there are; given back whichever way the call ends.
class Place {
 public:
  Place(std::atomic<size_t>& taken, size_t most) : taken_(taken), had_(taken.fetch_add(1) < most) {}
  ~Place() { taken_.fetch_sub(1); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  bool had() const { return had_; }

 private:
  std::atomic<size_t>& taken_;
  bool had_;
};

bool fits(int items) { return items >= 0 && static_cast<uint32_t>(items) <= Agent::kMaxBatch; }

}  // namespace

// ------------------------------------------------------------------------------------------------ calls

Status Service::Attach(grpc::ServerContext*, const pb::AttachRequest* request, pb::AttachResponse* response) {
  Outcome outcome;
  agent_.attach(*request, response, outcome);
  return outcome.done() ? Status::OK : Status(StatusCode::INVALID_ARGUMENT, outcome.reason);
}

Status Service::GetCapabilities(grpc::ServerContext*, const pb::GetCapabilitiesRequest*,
                                pb::GetCapabilitiesResponse* response) {
  response->set_generation(agent_.generation());
  agent_.capabilities(response->mutable_capabilities());
  return Status::OK;
}

Status Service::GetSpi(grpc::ServerContext*, const pb::GetSpiRequest* request, pb::GetSpiResponse* response) {
  std::vector<uint32_t> spis;
  Outcome outcome = agent_.check(request->expected_generation());
  if (outcome.done()) outcome = agent_.lease(request->owner(), 1, spis);
  put(outcome, response->mutable_result());
  if (!spis.empty()) response->set_spi(spis.front());
  response->set_generation(agent_.generation());
  return Status::OK;
}

Status Service::GetSpis(grpc::ServerContext*, const pb::GetSpisRequest* request, pb::GetSpisResponse* response) {
  std::vector<uint32_t> spis;
  Outcome outcome = agent_.check(request->expected_generation());
  if (outcome.done()) outcome = agent_.lease(request->owner(), request->count(), spis);
  put(outcome, response->mutable_result());
  for (uint32_t spi : spis) response->add_spis(spi);
  response->set_generation(agent_.generation());
  return Status::OK;
}

Status Service::ReleaseSpis(grpc::ServerContext*, const pb::ReleaseSpisRequest* request, pb::ResultList* response) {
  if (!fits(request->spis_size())) return too_many(request->spis_size());
  Outcome generation = agent_.check(request->expected_generation());
  for (uint32_t spi : request->spis()) put(generation.done() ? agent_.release(spi) : generation, response->add_results());
  response->set_generation(agent_.generation());
  return Status::OK;
}

// Requests are const by the library's interface, but they are ours, and their keys must not outlive the call.
Status Service::AddSa(grpc::ServerContext*, const pb::AddSaRequest* request, pb::Result* result) {
  auto* item = const_cast<pb::AddSaRequest*>(request)->mutable_item();
  Outcome outcome = agent_.check(request->expected_generation());
  if (outcome.done()) outcome = agent_.add_sa(*item);
  wipe(item);
  put(outcome, result);
  return Status::OK;
}

Status Service::UpdateSa(grpc::ServerContext*, const pb::UpdateSaRequest* request, pb::Result* result) {
  Outcome outcome = agent_.check(request->expected_generation());
  put(outcome.done() ? agent_.update_sa(request->item()) : outcome, result);
  return Status::OK;
}

Status Service::DelSa(grpc::ServerContext*, const pb::DelSaRequest* request, pb::Result* result) {
  Outcome outcome = agent_.check(request->expected_generation());
  put(outcome.done() ? agent_.del_sa(request->item()) : outcome, result);
  return Status::OK;
}

Status Service::AddPolicy(grpc::ServerContext*, const pb::AddPolicyRequest* request, pb::Result* result) {
  Outcome outcome = agent_.check(request->expected_generation());
  put(outcome.done() ? agent_.add_policy(request->item()) : outcome, result);
  return Status::OK;
}

Status Service::DelPolicy(grpc::ServerContext*, const pb::DelPolicyRequest* request, pb::Result* result) {
  Outcome outcome = agent_.check(request->expected_generation());
  put(outcome.done() ? agent_.del_policy(request->item()) : outcome, result);
  return Status::OK;
}

Status Service::Apply(grpc::ServerContext*, const pb::ApplyRequest* request, pb::ResultList* response) {
  auto* changes = const_cast<pb::ApplyRequest*>(request)->mutable_changes();
  bool takes = fits(changes->size());
  Outcome generation = agent_.check(request->expected_generation());
  for (auto& change : *changes) {
    if (takes) put(generation.done() ? agent_.change(change) : generation, response->add_results());
    if (change.has_add_sa()) wipe(change.mutable_add_sa());
  }
  response->set_generation(agent_.generation());
  return takes ? Status::OK : too_many(changes->size());
}

Status Service::FlushSas(grpc::ServerContext*, const pb::FlushRequest* request, pb::FlushResponse* response) {
  Outcome outcome = agent_.check(request->expected_generation());
  if (outcome.done()) response->set_removed(agent_.flush_sas(request->owner()));
  put(outcome, response->mutable_result());
  return Status::OK;
}

Status Service::FlushPolicies(grpc::ServerContext*, const pb::FlushRequest* request, pb::FlushResponse* response) {
  Outcome outcome = agent_.check(request->expected_generation());
  if (outcome.done()) response->set_removed(agent_.flush_policies(request->owner()));
  put(outcome, response->mutable_result());
  return Status::OK;
}

Status Service::QuerySa(grpc::ServerContext*, const pb::QuerySaRequest* request, pb::SaStatus* response) {
  agent_.query(request->id(), response);
  return Status::OK;
}

Status Service::QuerySas(grpc::ServerContext*, const pb::QuerySasRequest* request, pb::QuerySasResponse* response) {
  if (!fits(request->ids_size())) return too_many(request->ids_size());
  for (const auto& id : request->ids()) agent_.query(id, response->add_sas());
  response->set_generation(agent_.generation());
  return Status::OK;
}

Status Service::QueryPolicies(grpc::ServerContext*, const pb::QueryPoliciesRequest* request,
                              pb::QueryPoliciesResponse* response) {
  if (!fits(request->places_size())) return too_many(request->places_size());
  for (const auto& place : request->places()) agent_.query(place, response->add_policies());
  response->set_generation(agent_.generation());
  return Status::OK;
}

Status Service::CompletePolicies(grpc::ServerContext*, const pb::CompletePoliciesRequest* request,
                                 pb::Result* result) {
  put(agent_.complete(request->expected_generation()), result);
  return Status::OK;
}

// ------------------------------------------------------------------------------------------------ streams

Status Service::Snapshot(grpc::ServerContext*, const pb::SnapshotRequest* request,
                         grpc::ServerWriter<pb::SnapshotPart>* writer) {
  // Each waits for its reader, in a thread of its own.
  Place place(snapshots_, kMostSnapshots);
  if (!place.had()) {
    return {StatusCode::RESOURCE_EXHAUSTED,
            std::to_string(kMostSnapshots) + " snapshots are being read already; read them, or end them"};
  }
  bool sent = agent_.snapshot(!request->without_counters(),
                              [&](const pb::SnapshotPart& part) { return writer->Write(part); });
  return sent ? Status::OK : Status::CANCELLED;
}

Status Service::Events(grpc::ServerContext* context, const pb::EventsRequest* request,
                       grpc::ServerWriter<pb::Event>* writer) {
  const std::string& name = request->controller_instance();
  if (name.size() > 64) return {StatusCode::INVALID_ARGUMENT, "a controller instance has up to 64 octets"};
  auto listener = events_.listen();
  if (listener == nullptr) {
    return {StatusCode::RESOURCE_EXHAUSTED,
            std::to_string(EventHub::kMostListeners) + " streams of events are open already; close one"};
  }
  pb::Event event;
  event.set_generation(agent_.generation());
  event.set_time_us(wall_clock_us());
  Agent::Presence present(agent_, name);
  *event.mutable_attached() = agent_.attached();
  if (!writer->Write(event)) return Status::OK;
  while (!stop_.load() && !context->IsCancelled()) {
    if (listener->next(event, 200) && !writer->Write(event)) break;
  }
  return Status::OK;
}

bool PacketHub::deliver(IkeDatagram&& datagram) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (streams_.empty()) return false;
  auto& stream = *streams_.back();
  std::lock_guard<std::mutex> inner(stream.mutex);
  if (stream.waiting.size() >= kKept) return false;
  stream.waiting.push_back(std::move(datagram));
  stream.came.notify_one();
  return true;
}

std::shared_ptr<PacketHub::Stream> PacketHub::open() {
  std::lock_guard<std::mutex> lock(mutex_);
  streams_.push_back(std::make_shared<Stream>());
  plane_.ike_wanted.store(true);
  return streams_.back();
}

void PacketHub::close(const std::shared_ptr<Stream>& stream) {
  std::lock_guard<std::mutex> lock(mutex_);
  for (auto at = streams_.begin(); at != streams_.end(); ++at) {
    if (*at == stream) {
      streams_.erase(at);
      break;
    }
  }
  plane_.ike_wanted.store(!streams_.empty());
}

Status Service::Packets(grpc::ServerContext* context, grpc::ServerReaderWriter<pb::PacketIn, pb::PacketOut>* stream) {
  Place place(packet_streams_, kMostPacketStreams);
  if (!place.had()) {
    return {StatusCode::RESOURCE_EXHAUSTED, "there are enough packet streams already; close one"};
  }
  // The first octets of an answer tell the client that the stream is open.
  stream->SendInitialMetadata();
  // Closed in any case, even if there is no thread to be had: it would get all IKE, and give it to nobody.
  struct Open {
    PacketHub& hub;
    std::shared_ptr<PacketHub::Stream> queue;
    ~Open() { hub.close(queue); }
  } open{packets_, packets_.open()};
  auto& queue = open.queue;
  std::thread writer([&] {
    pb::PacketIn packet;
    while (true) {
      std::unique_lock<std::mutex> lock(queue->mutex);
      queue->came.wait_for(lock, std::chrono::milliseconds(200),
                           [&] { return queue->closed || !queue->waiting.empty(); });
      if (queue->closed) return;
      if (queue->waiting.empty()) {
        if (stop_.load()) context->TryCancel();
        continue;
      }
      IkeDatagram d = std::move(queue->waiting.front());
      queue->waiting.pop_front();
      lock.unlock();
      packet.set_local(d.local.octets());
      packet.set_local_port(d.local_port);
      packet.set_remote(d.remote.octets());
      packet.set_remote_port(d.remote_port);
      packet.set_marker(d.marker);
      packet.set_payload(std::move(d.payload));
      if (!stream->Write(packet)) return;
    }
  });
  pb::PacketOut out;
  while (stream->Read(&out)) {
    IkeDatagram d;
    if (auto a = Address::of_octets(out.local())) d.local = *a;
    if (auto a = Address::of_octets(out.remote())) d.remote = *a;
    if (out.local_port() > 65535 || out.remote_port() > 65535) continue;
    d.local_port = static_cast<uint16_t>(out.local_port());
    d.remote_port = static_cast<uint16_t>(out.remote_port());
    d.marker = out.marker();
    d.payload.swap(*out.mutable_payload());
    // A datagram that cannot be sent is a lost datagram; IKE sends it again.
    (void)slow_.inject(d);
  }
  {
    std::lock_guard<std::mutex> lock(queue->mutex);
    queue->closed = true;
    queue->came.notify_one();
  }
  writer.join();
  return Status::OK;
}

}  // namespace kw
