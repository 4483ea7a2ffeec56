package io.keyway.emulator.infrap4d.server;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.keyway.protocol.gnmi.Error;
import io.keyway.protocol.gnmi.Notification;
import io.keyway.protocol.gnmi.Path;
import io.keyway.protocol.gnmi.SubscribeRequest;
import io.keyway.protocol.gnmi.SubscribeResponse;
import io.keyway.protocol.gnmi.SubscriptionList;
import io.keyway.protocol.gnmi.SubscriptionMode;
import io.keyway.protocol.gnmi.TypedValue;
import io.keyway.protocol.gnmi.Update;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * One Subscribe stream. Errors are told in the long deprecated {@code error} message, after which
 * the call ends as if all were well.
 *
 * <p>Its lock orders the messages of the stream; the observer buffers and returns at once.
 */
final class Subscription implements StreamObserver<SubscribeRequest> {
  private static final long DEFAULT_SAMPLE_MILLIS = 1000;

  private final ServerCallStreamObserver<SubscribeResponse> out;
  private final ExpireHub hub;
  private final GnmiValues values;
  private final ScheduledExecutorService scheduler;
  private final Queue<String> waiting = new ArrayDeque<>();
  private final List<Future<?>> samplers = new ArrayList<>();
  private SubscriptionList list;
  private boolean ended;

  Subscription(
      StreamObserver<SubscribeResponse> out,
      ExpireHub hub,
      GnmiValues values,
      ScheduledExecutorService scheduler) {
    this.out = (ServerCallStreamObserver<SubscribeResponse>) out;
    this.hub = hub;
    this.values = values;
    this.scheduler = scheduler;
    this.out.setOnCancelHandler(this::end);
    this.out.setOnReadyHandler(this::drain);
  }

  @Override
  public synchronized void onNext(SubscribeRequest request) {
    if (ended) {
      return;
    }
    try {
      switch (request.getRequestCase()) {
        case SUBSCRIBE -> subscribe(request.getSubscribe());
        case POLL -> poll();
        default -> throw invalid("unsupported request: " + request.getRequestCase());
      }
    } catch (StatusRuntimeException e) {
      refuse(e.getStatus());
    }
  }

  private void subscribe(SubscriptionList requested) {
    if (list != null) {
      throw invalid("only one SubscriptionList per stream");
    }
    list = requested;
    switch (requested.getMode()) {
      case STREAM -> stream();
      case ONCE -> {
        initial();
        end();
        out.onCompleted();
      }
      case POLL -> initial();
      default -> throw invalid("unsupported mode " + requested.getModeValue());
    }
  }

  private void stream() {
    boolean events = false;
    for (io.keyway.protocol.gnmi.Subscription s : list.getSubscriptionList()) {
      GnmiTree.Target target = GnmiService.target(s.getPath());
      if (s.getMode() == SubscriptionMode.ON_CHANGE) {
        onChangeInitial(s.getPath(), target);
        events |= target.nodes().contains(GnmiTree.Node.SADB_EXPIRE);
      } else if (s.getMode() == SubscriptionMode.SAMPLE) {
        send(s.getPath(), target);
        sample(s, target);
      } else {
        throw invalid("unsupported subscription mode " + s.getMode());
      }
    }
    sync();
    if (events) {
      hub.add(this);
    }
  }

  /** A single node is not read; a parent is, and reading it walks into {@code rx-spi}. */
  private void onChangeInitial(Path path, GnmiTree.Target target) {
    if (target.leaf()) {
      update(path, GnmiValues.unsupported());
    } else {
      send(path, target);
    }
  }

  private void initial() {
    for (io.keyway.protocol.gnmi.Subscription s : list.getSubscriptionList()) {
      send(s.getPath(), GnmiService.target(s.getPath()));
    }
    sync();
  }

  private void poll() {
    if (list == null || list.getMode() != SubscriptionList.Mode.POLL) {
      throw invalid("poll without a subscription of mode POLL");
    }
    initial();
  }

  /** The interval is taken as milliseconds, whatever the specification says. */
  private void sample(io.keyway.protocol.gnmi.Subscription s, GnmiTree.Target target) {
    long millis = s.getSampleInterval() == 0 ? DEFAULT_SAMPLE_MILLIS : s.getSampleInterval();
    samplers.add(
        scheduler.scheduleAtFixedRate(
            () -> {
              synchronized (this) {
                if (!ended) {
                  send(s.getPath(), target);
                }
              }
            },
            millis,
            millis,
            TimeUnit.MILLISECONDS));
  }

  private void send(Path path, GnmiTree.Target target) {
    for (GnmiTree.Node node : target.nodes()) {
      update(target.leaf() ? path : node.path(), values.read(node));
    }
  }

  private void update(Path path, TypedValue value) {
    out.onNext(
        SubscribeResponse.newBuilder()
            .setUpdate(
                Notification.newBuilder()
                    .setTimestamp(values.nanos())
                    .addUpdate(Update.newBuilder().setPath(path).setVal(value)))
            .build());
  }

  private void sync() {
    out.onNext(SubscribeResponse.newBuilder().setSyncResponse(true).build());
  }

  /** An event; false when the channel is full or the stream is gone. */
  synchronized boolean offer(String event) {
    if (ended) {
      return false;
    }
    if (waiting.size() >= ExpireHub.DEPTH) {
      return false;
    }
    waiting.add(event);
    drain();
    return true;
  }

  private synchronized void drain() {
    while (!ended && out.isReady() && !waiting.isEmpty()) {
      update(
          GnmiTree.Node.SADB_EXPIRE.path(),
          TypedValue.newBuilder().setStringVal(waiting.remove()).build());
    }
  }

  @SuppressWarnings("deprecation")
  private void refuse(Status status) {
    end();
    out.onNext(
        SubscribeResponse.newBuilder()
            .setError(
                Error.newBuilder()
                    .setCode(status.getCode().value())
                    .setMessage(String.valueOf(status.getDescription())))
            .build());
    out.onCompleted();
  }

  private synchronized void end() {
    ended = true;
    hub.remove(this);
    samplers.forEach(f -> f.cancel(false));
    samplers.clear();
  }

  @Override
  public void onError(Throwable t) {
    end();
  }

  @Override
  public synchronized void onCompleted() {
    if (!ended) {
      end();
      out.onCompleted();
    }
  }

  private static StatusRuntimeException invalid(String why) {
    return Status.INVALID_ARGUMENT.withDescription(why).asRuntimeException();
  }
}
