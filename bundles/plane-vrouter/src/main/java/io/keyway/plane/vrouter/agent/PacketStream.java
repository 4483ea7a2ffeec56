package io.keyway.plane.vrouter.agent;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.keyway.protocol.vrouter.v1.PacketIn;
import io.keyway.protocol.vrouter.v1.PacketOut;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * IKE datagrams in both directions. What the connection does not take at once waits, up to a bound;
 * one thread at a time empties the queue, whichever comes first.
 */
final class PacketStream implements ClientResponseObserver<PacketOut, PacketIn>, PacketChannel {

  /** What 10 000 peers may be owed after a short stall. */
  private static final int MOST_WAITING = 8192;

  private final Consumer<PacketIn> receiver;
  private final Consumer<Throwable> ended;
  private final Queue<PacketOut> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger size = new AtomicInteger();
  private final AtomicInteger turns = new AtomicInteger();
  private volatile ClientCallStreamObserver<PacketOut> out;
  private volatile boolean over;

  /** When the connection last took something, or something began to wait; nanoseconds. */
  private volatile long moved;

  PacketStream(Consumer<PacketIn> receiver, Consumer<Throwable> ended) {
    this.receiver = receiver;
    this.ended = ended;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<PacketOut> stream) {
    out = stream;
    stream.setOnReadyHandler(this::drain);
  }

  @Override
  public boolean send(PacketOut packet) {
    if (over || size.get() >= MOST_WAITING) {
      return false;
    }
    if (size.getAndIncrement() == 0) {
      moved = System.nanoTime();
    }
    waiting.add(packet);
    drain();
    return true;
  }

  @Override
  public Duration stalled() {
    long since = moved;
    return size.get() == 0
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, System.nanoTime() - since));
  }

  private void drain() {
    if (turns.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      ClientCallStreamObserver<PacketOut> stream = out;
      while (!over && stream != null && stream.isReady()) {
        PacketOut next = waiting.poll();
        if (next == null) {
          break;
        }
        size.decrementAndGet();
        moved = System.nanoTime();
        try {
          stream.onNext(next);
        } catch (IllegalStateException e) {
          // The stream has ended a moment ago; that is told elsewhere.
          over = true;
        }
      }
      seen = turns.addAndGet(-seen);
    } while (seen != 0);
  }

  @Override
  public void onNext(PacketIn packet) {
    if (!over) {
      receiver.accept(packet);
    }
  }

  @Override
  public void onError(Throwable error) {
    end(error);
  }

  @Override
  public void onCompleted() {
    end(Status.UNAVAILABLE.withDescription("the agent ended it").asException());
  }

  private void end(Throwable why) {
    if (!over) {
      over = true;
      waiting.clear();
      ended.accept(why);
    }
  }

  @Override
  public void close() {
    over = true;
    waiting.clear();
    ClientCallStreamObserver<PacketOut> stream = out;
    if (stream != null) {
      stream.cancel("not needed any more", null);
    }
  }
}
