package io.keyway.transport;

import io.keyway.api.Outcome;
import io.keyway.api.Registration;
import io.keyway.api.ike.IkeTransport;
import io.keyway.transport.TransportCounters.Counter;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link IkeTransport} over NIO datagram channels. One thread waits on all sockets and hands every
 * received datagram, in order, to the attached engine; sending happens in the caller's thread and
 * never blocks.
 *
 * <p>Sockets stay bound until {@link #unbind} or {@link #close}, whether an engine is attached or
 * not.
 */
public final class UdpIkeTransport implements IkeTransport, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(UdpIkeTransport.class);

  /** Datagrams read from one socket before the others have their turn. */
  private static final int TURN = 64;

  private static final long STOP_MILLIS = 2000;
  private static final long RELEASE_MILLIS = 1000;
  private static final long PAUSE_AFTER_FAILURE_NANOS = 100_000_000;

  private final TransportLimits limits;
  private final TransportCounters counters = new TransportCounters();
  private final WaitingRoom waitingRoom;
  private final Map<InetSocketAddress, BoundSocket> sockets = new ConcurrentHashMap<>();
  private final Queue<BoundSocket> toRegister = new ConcurrentLinkedQueue<>();
  private final Queue<BoundSocket> toFlush = new ConcurrentLinkedQueue<>();
  private final Queue<CountDownLatch> toRelease = new ConcurrentLinkedQueue<>();
  private final BlockingQueue<Datagram> injected;
  private final List<Observer> observers = new CopyOnWriteArrayList<>();
  private final AtomicReference<Consumer<Datagram>> receiver = new AtomicReference<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(65536);
  private final Selector selector;
  private final Thread thread;
  private volatile boolean closed;

  private UdpIkeTransport(TransportLimits limits, LongSupplier nanoClock, ThreadFactory threads)
      throws IOException {
    this.limits = limits;
    this.waitingRoom = new WaitingRoom(limits, nanoClock, counters);
    this.injected = new LinkedBlockingQueue<>(Math.max(1, limits.waiting()));
    this.selector = Selector.open();
    this.thread = threads.newThread(this::run);
  }

  /**
   * Starts the transport, with no socket yet.
   *
   * @param nanoClock a monotonic clock in nanoseconds, such as {@code System::nanoTime}
   * @param threads makes the one thread
   */
  public static UdpIkeTransport start(
      TransportLimits limits, LongSupplier nanoClock, ThreadFactory threads) throws IOException {
    UdpIkeTransport transport = new UdpIkeTransport(limits, nanoClock, threads);
    transport.thread.start();
    return transport;
  }

  @Override
  public Outcome bind(InetSocketAddress local, boolean marker) {
    Optional<String> flaw = flawOfLocal(local);
    if (flaw.isPresent()) {
      return Outcome.refused(flaw.get());
    }
    synchronized (sockets) {
      if (closed) {
        return Outcome.unavailable("the IKE transport is stopping");
      }
      BoundSocket bound = sockets.get(local);
      if (bound != null) {
        return bound.marker() == marker
            ? Outcome.same()
            : Outcome.conflict(
                local
                    + " is bound already "
                    + (marker ? "without" : "with")
                    + " the non-ESP marker; unbind it first");
      }
      try {
        BoundSocket socket = BoundSocket.open(local, marker, limits, counters, this::wasSent);
        sockets.put(local, socket);
        toRegister.add(socket);
      } catch (IOException | RuntimeException e) {
        return Outcome.refused(explain(local, e));
      }
    }
    selector.wakeup();
    return Outcome.ok();
  }

  private static Optional<String> flawOfLocal(InetSocketAddress local) {
    if (local.isUnresolved() || local.getAddress().isAnyLocalAddress()) {
      return Optional.of(
          "IKE needs a specific local address, not "
              + local
              + ": an answer must leave from the address that the request came to");
    }
    if (local.getPort() == 0) {
      return Optional.of("IKE needs a fixed local port, such as 500, on " + local.getAddress());
    }
    return Optional.empty();
  }

  private static String explain(InetSocketAddress local, Exception e) {
    String text = String.valueOf(e.getMessage());
    String cure = "";
    if (e instanceof BindException && text.contains("in use")) {
      cure = "; another IKE daemon seems to run: stop it, or choose another local port";
    } else if (e instanceof BindException && text.contains("assign")) {
      cure = "; this machine has no such address: check the gateway's local-address";
    } else if (e instanceof SocketException && text.contains("ermission")) {
      cure = "; ports below 1024 need CAP_NET_BIND_SERVICE: grant it, or choose another local port";
    }
    return "cannot bind UDP " + local + ": " + text + cure;
  }

  @Override
  public Outcome unbind(InetSocketAddress local) {
    BoundSocket socket;
    synchronized (sockets) {
      socket = sockets.remove(local);
    }
    if (socket == null) {
      return Outcome.absent(local + " is not bound");
    }
    closeQuietly(socket);
    awaitRelease();
    return Outcome.ok();
  }

  /** The system gets a port back only when the selector has let go of the closed channel. */
  private void awaitRelease() {
    CountDownLatch released = new CountDownLatch(1);
    toRelease.add(released);
    selector.wakeup();
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      if (!released.await(RELEASE_MILLIS, TimeUnit.MILLISECONDS)) {
        LOG.debug("the selector was busy; the port is free a little later");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Outcome send(Datagram datagram) {
    BoundSocket socket = sockets.get(datagram.local());
    if (socket == null) {
      return Outcome.unavailable(datagram.local() + " is not bound; bind it before sending");
    }
    if (socket.marker() != datagram.marker()) {
      return Outcome.refused(
          datagram.local()
              + " is bound "
              + (socket.marker() ? "with" : "without")
              + " the non-ESP marker, and the datagram says otherwise");
    }
    if (datagram.octets().length == 0 || datagram.remote().isUnresolved()) {
      return Outcome.refused("a datagram needs octets and a resolved remote address");
    }
    try {
      return socket.send(
          datagram,
          () -> {
            toFlush.add(socket);
            selector.wakeup();
          });
    } catch (BoundSocket.SendFailedException e) {
      return Outcome.refused(
          "cannot send from "
              + datagram.local()
              + " to "
              + datagram.remote()
              + ": "
              + e.getMessage());
    }
  }

  @Override
  public Registration attach(Consumer<Datagram> newReceiver) {
    // A wrapper of its own per call: closing an old registration must not detach a later one.
    Consumer<Datagram> mine = newReceiver::accept;
    if (!receiver.compareAndSet(null, mine)) {
      throw new IllegalStateException(
          "an engine is attached to the IKE transport already; close its registration first");
    }
    selector.wakeup();
    return () -> receiver.compareAndSet(mine, null);
  }

  @Override
  public Registration observe(Observer observer) {
    Observer mine = observer::seen;
    observers.add(mine);
    return () -> observers.remove(mine);
  }

  /** A datagram that came by another way than a socket; any thread, never blocks. */
  void inject(Datagram datagram) {
    counters.add(Counter.RECEIVED);
    if (injected.offer(datagram)) {
      selector.wakeup();
    } else {
      counters.add(Counter.DROPPED_WAITING_FULL);
    }
  }

  /** A datagram left by another way than a socket. */
  void relayed(Datagram datagram) {
    counters.add(Counter.SENT);
    show(true, datagram);
  }

  @Override
  public Map<String, Long> counters() {
    return counters.snapshot();
  }

  /** Closes all sockets, and waits, for a bounded time, until the thread has ended. */
  @Override
  public void close() {
    synchronized (sockets) {
      closed = true;
    }
    selector.wakeup();
    if (Thread.currentThread() != thread) {
      try {
        thread.join(STOP_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void run() {
    try {
      while (!closed) {
        try {
          turn();
        } catch (IOException | RuntimeException | LinkageError e) {
          LOG.warn("the IKE transport goes on after an unexpected failure", e);
          counters.add(Counter.RECEIVE_ERRORS);
          LockSupport.parkNanos(PAUSE_AFTER_FAILURE_NANOS);
        }
      }
    } finally {
      end();
    }
  }

  private void turn() throws IOException {
    // An engine that leaves an interrupt behind must not make the selector spin.
    if (Thread.interrupted()) {
      LOG.debug("ignoring an interrupt");
    }
    register();
    wantWrites();
    takeInjected();
    deliver();
    List<CountDownLatch> released = new ArrayList<>();
    for (CountDownLatch l = toRelease.poll(); l != null; l = toRelease.poll()) {
      released.add(l);
    }
    if (released.isEmpty()) {
      selector.select(this::serve);
    } else {
      selector.selectNow(this::serve);
      released.forEach(CountDownLatch::countDown);
    }
  }

  private void end() {
    synchronized (sockets) {
      closed = true;
      sockets.values().forEach(UdpIkeTransport::closeQuietly);
      sockets.clear();
    }
    try {
      selector.close();
    } catch (IOException e) {
      LOG.debug("closing the selector failed", e);
    }
  }

  /** Those that gather while this runs wake the selector up again. */
  private void takeInjected() {
    for (Datagram next = injected.poll(); next != null; next = injected.poll()) {
      show(false, next);
      waitingRoom.add(next);
      deliver();
    }
  }

  private void register() {
    for (BoundSocket socket = toRegister.poll(); socket != null; socket = toRegister.poll()) {
      keyOf(socket);
    }
  }

  private void wantWrites() {
    for (BoundSocket socket = toFlush.poll(); socket != null; socket = toFlush.poll()) {
      keyOf(socket).ifPresent(key -> key.interestOpsOr(SelectionKey.OP_WRITE));
    }
  }

  private Optional<SelectionKey> keyOf(BoundSocket socket) {
    try {
      SelectionKey key = socket.channel().keyFor(selector);
      if (key == null) {
        key = socket.channel().register(selector, SelectionKey.OP_READ, socket);
      }
      return Optional.of(key).filter(SelectionKey::isValid);
    } catch (ClosedChannelException e) {
      LOG.debug("{} was unbound before it was used", socket.local());
      return Optional.empty();
    }
  }

  private void serve(SelectionKey key) {
    BoundSocket socket = (BoundSocket) key.attachment();
    try {
      if (key.isWritable() && !socket.flush()) {
        key.interestOpsAnd(~SelectionKey.OP_WRITE);
      }
      if (key.isReadable()) {
        receive(socket);
      }
    } catch (CancelledKeyException e) {
      LOG.debug("{} was unbound", socket.local());
    }
  }

  private void receive(BoundSocket socket) {
    for (int i = 0; i < TURN; i++) {
      buffer.clear();
      InetSocketAddress remote;
      try {
        remote = (InetSocketAddress) socket.channel().receive(buffer);
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException | RuntimeException e) {
        counters.add(Counter.RECEIVE_ERRORS);
        LOG.debug("receiving on {} failed", socket.local(), e);
        return;
      }
      if (remote == null) {
        return;
      }
      buffer.flip();
      accept(socket, remote);
      deliver();
    }
  }

  private void accept(BoundSocket socket, InetSocketAddress remote) {
    counters.add(Counter.RECEIVED);
    switch (Framing.classify(buffer, socket.marker())) {
      case KEEPALIVE -> counters.add(Counter.NAT_KEEPALIVE);
      case ESP -> counters.add(Counter.DROPPED_ESP);
      case SHORT -> counters.add(Counter.DROPPED_SHORT);
      case IKE -> {
        byte[] octets = new byte[buffer.remaining()];
        buffer.get(octets);
        Datagram datagram = new Datagram(socket.local(), remote, socket.marker(), octets);
        show(false, datagram);
        waitingRoom.add(datagram);
      }
    }
  }

  /** Empties the waiting room into the engine, if there is one. */
  private void deliver() {
    for (Consumer<Datagram> engine = receiver.get(); engine != null; engine = receiver.get()) {
      Optional<Datagram> next = waitingRoom.take();
      if (next.isEmpty()) {
        return;
      }
      try {
        engine.accept(next.get());
        counters.add(Counter.DELIVERED);
      } catch (RuntimeException | LinkageError e) {
        // One datagram that the engine chokes on, or an engine that is just leaving.
        counters.add(Counter.RECEIVER_FAILURES);
        LOG.warn("the IKE engine failed on {}", next.get(), e);
      }
    }
  }

  private void wasSent(Datagram datagram) {
    show(true, datagram);
  }

  private void show(boolean sent, Datagram datagram) {
    for (Observer observer : observers) {
      try {
        observer.seen(sent, datagram);
      } catch (RuntimeException | LinkageError e) {
        counters.add(Counter.RECEIVER_FAILURES);
        LOG.debug("an observer failed", e);
      }
    }
  }

  private static void closeQuietly(BoundSocket socket) {
    try {
      socket.channel().close();
    } catch (IOException e) {
      LOG.debug("closing {} failed", socket.local(), e);
    }
  }
}
