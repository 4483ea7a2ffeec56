package io.keyway.plane.infrap4d.device;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.keyway.plane.infrap4d.device.DeviceException.Kind;
import io.keyway.plane.infrap4d.pipeline.Pipeline;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.protocol.p4runtime.MasterArbitrationUpdate;
import io.keyway.protocol.p4runtime.P4RuntimeGrpc;
import io.keyway.protocol.p4runtime.Role;
import io.keyway.protocol.p4runtime.StreamMessageRequest;
import io.keyway.protocol.p4runtime.StreamMessageResponse;
import io.keyway.protocol.p4runtime.Uint128;
import io.keyway.protocol.p4runtime.stratum.P4RoleConfig;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one stream with the device. As long as it lives and the device says so, we lead for our role.
 * When another controller leads we stay on it as standby and change nothing, until the device tells
 * that we lead after all.
 */
final class Arbitration implements StreamObserver<StreamMessageResponse> {

  private static final Logger LOG = LoggerFactory.getLogger(Arbitration.class);

  /** Claims against somebody who leads, on one stream: one that does not obey is left alone. */
  private static final int MOST_CLAIMS = 3;

  /** Who hears of it, on threads of the connection. */
  interface Listener {

    /** From now on we lead, with this id. */
    void leading(Uint128 electionId);

    /** From now on we do not; tells who does, and what to do about it. */
    void standby(String why);

    /** The stream is over. */
    void lost(DeviceException why);
  }

  private final Infrap4dSettings settings;
  private final Election election;
  private final long attempt;
  private final Listener listener;
  private final StreamLife life;
  private Optional<Role> role = Optional.empty();
  private int claims;
  private volatile StreamObserver<StreamMessageRequest> requests;

  Arbitration(Infrap4dSettings settings, Election election, long attempt, Listener listener) {
    this.settings = settings;
    this.election = election;
    this.attempt = attempt;
    this.listener = listener;
    this.life =
        new StreamLife(
            "the arbitration", settings.p4runtime(), settings.timing().rpc(), listener::lost);
  }

  /** Opens the stream and waits until the device has said whether we lead; the listener knows. */
  void open(ManagedChannel channel, Pipeline pipeline) throws DeviceException {
    synchronized (this) {
      role = settings.role().isEmpty() ? Optional.empty() : Optional.of(role(pipeline));
      requests = P4RuntimeGrpc.newStub(channel).streamChannel(this);
      send(election.id(attempt));
    }
    life.await();
  }

  /** Names the role and, if so configured, claims the IPsec tables for it alone. */
  private Role role(Pipeline pipeline) {
    Role.Builder named = Role.newBuilder().setName(settings.role());
    if (settings.claimTables()) {
      named.setConfig(
          Any.pack(
              P4RoleConfig.newBuilder()
                  .addAllExclusiveP4Ids(pipeline.tableIds())
                  .setReceivesPacketIns(false)
                  .setCanPushPipeline(false)
                  .build()));
    }
    return named.build();
  }

  private void send(Uint128 electionId) {
    MasterArbitrationUpdate.Builder update =
        MasterArbitrationUpdate.newBuilder()
            .setDeviceId(settings.deviceId())
            .setElectionId(electionId);
    role.ifPresent(update::setRole);
    requests.onNext(StreamMessageRequest.newBuilder().setArbitration(update).build());
  }

  @Override
  public void onNext(StreamMessageResponse message) {
    switch (message.getUpdateCase()) {
      case ARBITRATION -> arbitrated(message.getArbitration());
      case ERROR ->
          LOG.warn(
              "infrap4d at {} reports an error on the stream: {}",
              settings.p4runtime(),
              Infrap4dErrors.text(message.getError().getMessage()));
      default -> LOG.debug("ignored a stream message: {}", message.getUpdateCase());
    }
  }

  private synchronized void arbitrated(MasterArbitrationUpdate update) {
    if (life.closed()) {
      return;
    }
    int code = update.getStatus().getCode();
    if (code == Code.OK_VALUE) {
      listener.leading(update.getElectionId());
      life.answered();
      return;
    }
    boolean vacant = code == Code.NOT_FOUND_VALUE;
    String why = why(update, vacant);
    listener.standby(why);
    Optional<Uint128> claim =
        vacant || claims < MOST_CLAIMS
            ? election.against(update.getElectionId(), vacant, attempt)
            : Optional.empty();
    if (claim.isEmpty()) {
      life.answered();
      return;
    }
    claims += vacant ? 0 : 1;
    LOG.info("{}; claiming it with election id {}", why, Election.text(claim.get()));
    send(claim.get());
  }

  private String why(MasterArbitrationUpdate update, boolean vacant) {
    String where = " role '" + settings.role() + "' at infrap4d " + settings.p4runtime();
    return vacant
        ? "no controller leads" + where
        : "another controller leads"
            + where
            + " (election id "
            + Election.text(update.getElectionId())
            + "); this one stands by and takes over when it goes. To lead, give this one a higher"
            + " election-priority, or use another role";
  }

  @Override
  public void onError(Throwable error) {
    life.broken(error);
  }

  @Override
  public void onCompleted() {
    life.fail(
        new DeviceException(
            Kind.UNREACHABLE, "infrap4d at " + settings.p4runtime() + " ended the stream"));
  }

  void close() {
    life.close(requests);
  }
}
