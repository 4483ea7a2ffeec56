package io.keyway.emulator.infrap4d.server;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.Code;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.keyway.emulator.infrap4d.Quirk;
import io.keyway.emulator.infrap4d.Quirks;
import io.keyway.protocol.p4runtime.MasterArbitrationUpdate;
import io.keyway.protocol.p4runtime.Role;
import io.keyway.protocol.p4runtime.StreamMessageResponse;
import io.keyway.protocol.p4runtime.Uint128;
import io.keyway.protocol.p4runtime.stratum.P4RoleConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Who may write: roles, election ids, the primary of each role. A role keeps the highest election
 * id it has ever seen; when that stream goes, the role has no primary until somebody comes with at
 * least the same id.
 *
 * <p>Its lock orders the messages of every stream; a stream observer takes a message into its
 * buffer and returns at once, so nobody waits for the network under it.
 */
final class Arbitration {
  static final int MAX_STREAMS_PER_NODE = 5;
  static final int MAX_STREAMS = 20;
  static final long DEVICE_ID = 1;

  private static final Comparator<Uint128> BY_ID =
      Comparator.comparing(Uint128::getHigh, Long::compareUnsigned)
          .thenComparing(Uint128::getLow, Long::compareUnsigned);

  /** One StreamChannel. */
  static final class Stream {
    private final StreamObserver<StreamMessageResponse> out;
    private String role;
    private Uint128 electionId;

    Stream(StreamObserver<StreamMessageResponse> out) {
      this.out = out;
    }

    private boolean arbitrated() {
      return role != null;
    }
  }

  private final Quirks quirks;
  private final List<Stream> open = new ArrayList<>();
  private final Map<String, Uint128> highest = new HashMap<>();
  private final Map<String, Optional<P4RoleConfig>> configs = new HashMap<>();
  private boolean anybodyEver;

  Arbitration(Quirks quirks) {
    this.quirks = quirks;
  }

  /** A new stream, or the refusal. */
  synchronized Status opened(Stream stream) {
    if (open.size() >= MAX_STREAMS) {
      return Status.RESOURCE_EXHAUSTED.withDescription(
          "Can have max " + MAX_STREAMS + " active/inactive streaming connections");
    }
    open.add(stream);
    return Status.OK;
  }

  /** A stream that ended, for whatever reason. */
  synchronized void closed(Stream stream) {
    boolean primary = isPrimary(stream);
    if (open.remove(stream) && primary) {
      informRole(stream.role);
    }
  }

  synchronized int streams() {
    return open.size();
  }

  /** An arbitration message; anything but OK ends the stream with it. */
  synchronized Status update(Stream stream, MasterArbitrationUpdate update) {
    if (update.getDeviceId() == 0) {
      return Status.INVALID_ARGUMENT.withDescription("Invalid node (aka device) ID.");
    }
    if (update.getDeviceId() != DEVICE_ID) {
      return Status.NOT_FOUND.withDescription(
          "Arbitration request has the wrong device ID '" + update.getDeviceId() + "'.");
    }
    // Counts the asking stream too: five open streams block each other's next arbitration.
    if (open.stream().filter(Stream::arbitrated).count() >= MAX_STREAMS_PER_NODE) {
      return Status.RESOURCE_EXHAUSTED.withDescription(
          "Cannot have more than "
              + MAX_STREAMS_PER_NODE
              + " active connections for node (aka device) with ID "
              + DEVICE_ID);
    }
    Uint128 id = update.getElectionId();
    if (id.getHigh() == 0 && id.getLow() == 0) {
      return Status.INVALID_ARGUMENT.withDescription("Invalid election ID.");
    }
    String role = update.getRole().getName();
    Optional<P4RoleConfig> config;
    try {
      config =
          update.hasRole() && update.getRole().hasConfig()
              ? Optional.of(update.getRole().getConfig().unpack(P4RoleConfig.class))
              : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      return Status.INVALID_ARGUMENT.withDescription("Unknown role config.");
    }
    Status refused = check(stream, role, id, config);
    if (!refused.isOk()) {
      return refused;
    }
    boolean wasPrimary = isPrimary(stream);
    stream.role = role;
    stream.electionId = id;
    anybodyEver = true;
    Uint128 past = highest.get(role);
    if (past == null || BY_ID.compare(id, past) >= 0) {
      highest.put(role, id);
      configs.put(role, config);
      informRole(role);
    } else if (wasPrimary) {
      informRole(role);
    } else {
      inform(stream);
    }
    return Status.OK;
  }

  private Status check(Stream stream, String role, Uint128 id, Optional<P4RoleConfig> config) {
    if (role.isEmpty() && config.isPresent()) {
      return Status.INVALID_ARGUMENT.withDescription(
          "Cannot set a role config for the default role.");
    }
    if (stream.arbitrated() && !stream.role.equals(role)) {
      return Status.FAILED_PRECONDITION.withDescription(
          "Arbitration request cannot change the role from '" + stream.role + "'.");
    }
    if (config.isPresent() && overlaps(role, config.get())) {
      return Status.INVALID_ARGUMENT.withDescription(
          "Role config contains overlapping exclusive IDs.");
    }
    boolean used =
        open.stream().anyMatch(s -> s != stream && role.equals(s.role) && id.equals(s.electionId));
    return used
        ? Status.INVALID_ARGUMENT.withDescription(
            "Election ID is already used by another connection with the same role.")
        : Status.OK;
  }

  private boolean overlaps(String role, P4RoleConfig config) {
    Set<Integer> exclusive = new HashSet<>(config.getExclusiveP4IdsList());
    Set<Integer> all = new HashSet<>(exclusive);
    all.addAll(config.getSharedP4IdsList());
    return configs.entrySet().stream()
        .filter(e -> !e.getKey().equals(role) && e.getValue().isPresent())
        .map(e -> e.getValue().get())
        .anyMatch(
            other ->
                other.getExclusiveP4IdsList().stream().anyMatch(all::contains)
                    || other.getSharedP4IdsList().stream().anyMatch(exclusive::contains));
  }

  private boolean isPrimary(Stream stream) {
    return stream.arbitrated() && stream.electionId.equals(highest.get(stream.role));
  }

  private boolean primaryExists(String role) {
    return open.stream().anyMatch(s -> role.equals(s.role) && isPrimary(s));
  }

  private void informRole(String role) {
    List.copyOf(open).stream().filter(s -> role.equals(s.role)).forEach(this::inform);
  }

  private void inform(Stream stream) {
    MasterArbitrationUpdate.Builder reply =
        MasterArbitrationUpdate.newBuilder()
            .setDeviceId(DEVICE_ID)
            .setElectionId(highest.get(stream.role));
    if (!stream.role.isEmpty()) {
      Role.Builder role = Role.newBuilder().setName(stream.role);
      configs.get(stream.role).ifPresent(c -> role.setConfig(com.google.protobuf.Any.pack(c)));
      reply.setRole(role);
    }
    if (!primaryExists(stream.role)) {
      reply.setStatus(
          status(Code.NOT_FOUND, "you are a backup connection, and NO primary connection exists."));
    } else if (isPrimary(stream)) {
      reply.setStatus(status(Code.OK, "you are the primary connection."));
    } else {
      reply.setStatus(
          status(
              Code.ALREADY_EXISTS,
              "you are a backup connection, and a primary connection exists."));
    }
    stream.out.onNext(StreamMessageResponse.newBuilder().setArbitration(reply).build());
  }

  private static com.google.rpc.Status status(Code code, String message) {
    return com.google.rpc.Status.newBuilder().setCode(code.getNumber()).setMessage(message).build();
  }

  /** Whether a Write is allowed, before anybody looks at what it writes. */
  synchronized Status mayWrite(String role, Uint128 electionId) {
    if (electionId.getHigh() == 0 && electionId.getLow() == 0) {
      return Status.INVALID_ARGUMENT.withDescription("Invalid election ID.");
    }
    if (role.isEmpty() && quirks.has(Quirk.ROLE_FIX)) {
      return anybodyEver
          ? Status.OK
          : Status.NOT_FOUND.withDescription("no controller is known for the device");
    }
    return mayActAsPrimary(role, electionId);
  }

  /** Whether the pipeline may be set. */
  synchronized Status maySetPipeline(String role, Uint128 electionId) {
    if (electionId.getHigh() == 0 && electionId.getLow() == 0) {
      return Status.INVALID_ARGUMENT.withDescription("Invalid election ID.");
    }
    Status primary = mayActAsPrimary(role, electionId);
    if (!primary.isOk()) {
      return primary;
    }
    boolean forbidden = configs.get(role).map(c -> !c.getCanPushPipeline()).orElse(false);
    return forbidden
        ? Status.PERMISSION_DENIED.withDescription(
            "role '" + role + "' is not allowed to push pipelines")
        : Status.OK;
  }

  private Status mayActAsPrimary(String role, Uint128 electionId) {
    if (!highest.containsKey(role)) {
      return Status.NOT_FOUND.withDescription("role unknown: '" + role + "'");
    }
    boolean active = electionId.equals(highest.get(role)) && primaryExists(role);
    return active
        ? Status.OK
        : Status.PERMISSION_DENIED.withDescription(
            "Only the primary connection can issue requests.");
  }

  /** Whether a role may touch an id; a role without configuration may touch everything. */
  synchronized boolean covers(String role, int p4Id) {
    return configs
        .getOrDefault(role, Optional.empty())
        .map(c -> c.getExclusiveP4IdsList().contains(p4Id) || c.getSharedP4IdsList().contains(p4Id))
        .orElse(true);
  }
}
