package io.keyway.plane.vrouter;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.keyway.protocol.vrouter.v1.PacketIn;
import io.keyway.protocol.vrouter.v1.PacketOut;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The streams of IKE datagrams of a {@link FakeAgent}; the newest gets what comes. */
public final class FakePackets {

  private final List<StreamObserver<PacketIn>> streams = new ArrayList<>();
  private final List<PacketOut> sent = new ArrayList<>();
  private Consumer<PacketOut> wire = packet -> {};
  private boolean deaf;
  private int opened;

  /** Streams that are opened from now on are not read, or are. */
  public synchronized void deaf(boolean now) {
    deaf = now;
  }

  /** How many were ever opened. */
  public synchronized int opened() {
    return opened;
  }

  synchronized boolean any() {
    return !streams.isEmpty();
  }

  synchronized List<PacketOut> sent() {
    return List.copyOf(sent);
  }

  synchronized void wire(Consumer<PacketOut> to) {
    wire = to;
  }

  synchronized void clear() {
    streams.clear();
  }

  synchronized boolean receive(PacketIn packet) {
    if (streams.isEmpty()) {
      return false;
    }
    streams.get(streams.size() - 1).onNext(packet);
    return true;
  }

  synchronized StreamObserver<PacketOut> open(StreamObserver<PacketIn> to) {
    streams.add(to);
    opened++;
    if (deaf) {
      ((ServerCallStreamObserver<PacketIn>) to).disableAutoRequest();
    }
    return new StreamObserver<>() {
      @Override
      public void onNext(PacketOut packet) {
        came(packet).accept(packet);
      }

      @Override
      public void onError(Throwable error) {
        ended(to);
      }

      @Override
      public void onCompleted() {
        ended(to);
      }
    };
  }

  private synchronized Consumer<PacketOut> came(PacketOut packet) {
    sent.add(packet);
    return wire;
  }

  private synchronized void ended(StreamObserver<PacketIn> stream) {
    streams.remove(stream);
  }
}
