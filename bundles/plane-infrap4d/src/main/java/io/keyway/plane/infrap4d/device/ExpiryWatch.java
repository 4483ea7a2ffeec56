package io.keyway.plane.infrap4d.device;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.keyway.plane.infrap4d.device.DeviceException.Kind;
import io.keyway.plane.infrap4d.settings.Infrap4dSettings;
import io.keyway.protocol.gnmi.Encoding;
import io.keyway.protocol.gnmi.Notification;
import io.keyway.protocol.gnmi.SubscribeRequest;
import io.keyway.protocol.gnmi.SubscribeResponse;
import io.keyway.protocol.gnmi.Subscription;
import io.keyway.protocol.gnmi.SubscriptionList;
import io.keyway.protocol.gnmi.SubscriptionMode;
import io.keyway.protocol.gnmi.Update;
import io.keyway.protocol.gnmi.gNMIGrpc;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches {@code sadb-expire}. Also the proof that gNMI answers: asking for the SPI instead would
 * use one up, and capabilities do not list the model.
 */
final class ExpiryWatch implements StreamObserver<SubscribeResponse> {

  private static final Logger LOG = LoggerFactory.getLogger(ExpiryWatch.class);

  private final Infrap4dSettings settings;
  private final Consumer<ExpiryText> events;
  private final StreamLife life;
  private volatile StreamObserver<SubscribeRequest> requests;

  ExpiryWatch(
      Infrap4dSettings settings, Consumer<DeviceException> lost, Consumer<ExpiryText> events) {
    this.settings = settings;
    this.events = events;
    this.life =
        new StreamLife(
            "the subscription to sadb-expire", settings.gnmi(), settings.timing().rpc(), lost);
  }

  /** Subscribes, and waits until the device says that events follow. */
  void start(ManagedChannel channel) throws DeviceException {
    requests = gNMIGrpc.newStub(channel).subscribe(this);
    requests.onNext(
        SubscribeRequest.newBuilder()
            .setSubscribe(
                SubscriptionList.newBuilder()
                    .setMode(SubscriptionList.Mode.STREAM)
                    .setEncoding(Encoding.PROTO)
                    .setUpdatesOnly(true)
                    .addSubscription(
                        Subscription.newBuilder()
                            .setPath(GnmiPaths.EXPIRE)
                            .setMode(SubscriptionMode.ON_CHANGE)))
            .build());
    life.await();
  }

  @Override
  public void onNext(SubscribeResponse response) {
    switch (response.getResponseCase()) {
      case SYNC_RESPONSE -> life.answered();
      case UPDATE -> updated(response.getUpdate());
      default -> refused(response);
    }
  }

  private void updated(Notification notification) {
    for (Update update : notification.getUpdateList()) {
      String text = update.getVal().getStringVal();
      if (text.isEmpty() || text.equals(ExpiryText.NOISE)) {
        continue;
      }
      Optional<ExpiryText> event = ExpiryText.parse(text);
      if (event.isPresent()) {
        events.accept(event.get());
      } else {
        LOG.warn("not an expiry of an SA: {}", Infrap4dErrors.text(text));
      }
    }
  }

  /** infrap4d answers errors with a field that gNMI dropped long ago, and ends the call with OK. */
  @SuppressWarnings("deprecation")
  private void refused(SubscribeResponse response) {
    life.fail(
        new DeviceException(
            Kind.REFUSED,
            "infrap4d at "
                + settings.gnmi()
                + " refused the subscription to sadb-expire: "
                + Infrap4dErrors.text(response.getError().getMessage())));
  }

  @Override
  public void onError(Throwable error) {
    life.broken(error);
  }

  @Override
  public void onCompleted() {
    life.fail(
        new DeviceException(
            Kind.UNREACHABLE, "infrap4d at " + settings.gnmi() + " ended the expiry stream"));
  }

  void close() {
    life.close(requests);
  }
}
