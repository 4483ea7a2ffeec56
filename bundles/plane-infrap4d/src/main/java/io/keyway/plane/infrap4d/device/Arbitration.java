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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one stream with the device. As long as it lives and says so, we lead for our role; when it
 * ends, or another controller takes over, so does everything we may write.
 */
final class Arbitration implements StreamObserver<StreamMessageResponse> {

  private static final Logger LOG = LoggerFactory.getLogger(Arbitration.class);

  private final Infrap4dSettings settings;
  private final Consumer<DeviceException> lost;
  private final CompletableFuture<Uint128> primary = new CompletableFuture<>();
  private MasterArbitrationUpdate offer;
  private boolean raised;
  private volatile StreamObserver<StreamMessageRequest> requests;
  private volatile boolean closed;

  Arbitration(Infrap4dSettings settings, Consumer<DeviceException> lost) {
    this.settings = settings;
    this.lost = lost;
  }

  /**
   * Opens the stream and waits until the device says that we lead.
   *
   * @return the election id that we lead with
   */
  Uint128 lead(ManagedChannel channel, Pipeline pipeline, Uint128 electionId)
      throws DeviceException {
    MasterArbitrationUpdate.Builder update =
        MasterArbitrationUpdate.newBuilder()
            .setDeviceId(settings.deviceId())
            .setElectionId(electionId);
    if (!settings.role().isEmpty()) {
      update.setRole(role(pipeline));
    }
    requests = P4RuntimeGrpc.newStub(channel).streamChannel(this);
    send(update.build());
    try {
      return primary.get(settings.timing().rpc().toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new DeviceException(
          Kind.UNREACHABLE,
          "infrap4d at "
              + settings.p4runtime()
              + " did not answer the arbitration within "
              + settings.timing().rpc().toMillis()
              + " ms");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DeviceException device) {
        throw device;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeviceException(Kind.UNREACHABLE, "interrupted");
    }
  }

  /** Names the role and, if so configured, claims the IPsec tables for it alone. */
  private Role role(Pipeline pipeline) {
    Role.Builder role = Role.newBuilder().setName(settings.role());
    if (settings.claimTables()) {
      role.setConfig(
          Any.pack(
              P4RoleConfig.newBuilder()
                  .addAllExclusiveP4Ids(pipeline.tableIds())
                  .setReceivesPacketIns(false)
                  .setCanPushPipeline(false)
                  .build()));
    }
    return role.build();
  }

  @Override
  public void onNext(StreamMessageResponse message) {
    switch (message.getUpdateCase()) {
      case ARBITRATION -> arbitrated(message.getArbitration());
      case ERROR ->
          LOG.warn(
              "infrap4d at {} reports an error on the stream: {}",
              settings.p4runtime(),
              RpcErrors.text(message.getError().getMessage()));
      default -> LOG.debug("ignored a stream message: {}", message.getUpdateCase());
    }
  }

  private synchronized void send(MasterArbitrationUpdate update) {
    offer = update;
    requests.onNext(StreamMessageRequest.newBuilder().setArbitration(update).build());
  }

  private synchronized void arbitrated(MasterArbitrationUpdate update) {
    int code = update.getStatus().getCode();
    if (code == Code.OK_VALUE) {
      primary.complete(offer.getElectionId());
      return;
    }
    if (code == Code.NOT_FOUND_VALUE && !raised && !primary.isDone()) {
      // Nobody leads, because whoever did has gone and the device remembers its id as the highest.
      raised = true;
      send(offer.toBuilder().setElectionId(above(update.getElectionId())).build());
      return;
    }
    fail(
        new DeviceException(
            Kind.NOT_PRIMARY,
            (code == Code.ALREADY_EXISTS_VALUE
                    ? "another controller leads role '"
                    : "no controller leads role '")
                + settings.role()
                + "' at infrap4d "
                + settings.p4runtime()
                + (code == Code.ALREADY_EXISTS_VALUE
                    ? " (election id "
                        + Long.toUnsignedString(update.getElectionId().getHigh())
                        + "/"
                        + Long.toUnsignedString(update.getElectionId().getLow())
                        + "); stop it, give this one a higher election-priority, or use another"
                        + " role"
                    : "")));
  }

  private static Uint128 above(Uint128 highest) {
    return highest.getLow() == -1L
        ? Uint128.newBuilder().setHigh(highest.getHigh() + 1).build()
        : highest.toBuilder().setLow(highest.getLow() + 1).build();
  }

  @Override
  public void onError(Throwable error) {
    fail(
        new DeviceException(
            Kind.UNREACHABLE,
            RpcErrors.describe(
                "the arbitration", settings.p4runtime(), settings.timing().rpc(), error)));
  }

  @Override
  public void onCompleted() {
    fail(
        new DeviceException(
            Kind.UNREACHABLE, "infrap4d at " + settings.p4runtime() + " ended the stream"));
  }

  private void fail(DeviceException why) {
    if (!primary.completeExceptionally(why) && !closed) {
      lost.accept(why);
    }
  }

  void close() {
    closed = true;
    StreamObserver<StreamMessageRequest> stream = requests;
    if (stream != null) {
      try {
        stream.onCompleted();
      } catch (IllegalStateException e) {
        LOG.debug("the stream had ended already");
      }
    }
  }
}
