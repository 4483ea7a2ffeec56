package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.ike.engine.base.Worker;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.Payload;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * The exchanges that we start on one IKE SA: one at a time (window size 1, RFC 7296 section 2.3),
 * the others wait in order. A request is repeated, octet for octet, until it is answered or the
 * peer counts as dead (section 2.4).
 *
 * <p>The next exchange gets ready (an SPI, a signature) without holding the window: what needs no
 * preparation may go before it. A rekey that waits for free rows in the plane would otherwise hold
 * up the deletion that frees them.
 */
final class Requests {
  private final IkeSa sa;
  private final Deque<Exchange> queue = new ArrayDeque<>();

  /** Gets ready, or is ready and waits for the window; its turn is before the queue's. */
  private Exchange preparing;

  private boolean ready;

  /** Sent and not answered, or answered and being examined. */
  private Exchange active;

  private boolean examining;

  private int nextId;
  private int activeId;
  private List<byte[]> packets = List.of();

  /** What a long request is made of, so that it can be cut anew. */
  private List<Payload> kept = List.of();

  private int transmissions;
  private Worker.Timer timer = Worker.Timer.NONE;

  Requests(IkeSa sa) {
    this.sa = sa;
  }

  void enqueue(Exchange exchange) {
    if (mayAsk(exchange)) {
      queue.addLast(exchange);
      kick();
    }
  }

  void enqueueFirst(Exchange exchange) {
    if (mayAsk(exchange)) {
      queue.addFirst(exchange);
      kick();
    }
  }

  /** The same, in the place of those of its kind that wait already: only the last one counts. */
  void enqueueInstead(Exchange exchange, Class<? extends Task> kind) {
    queue.removeIf(waiting -> waiting.has(kind));
    enqueueFirst(exchange);
  }

  /** A peer that forgot the IKE SA would never answer, and count as dead. */
  private boolean mayAsk(Exchange exchange) {
    if (sa.state() != IkeSa.State.FORGOTTEN) {
      return true;
    }
    Outcome why = Outcome.unavailable("the peer started anew and does not know this IKE SA");
    exchange.tasks().forEach(task -> task.abandon(sa, why));
    return false;
  }

  /** IKE_SA_INIT went over another IKE SA. */
  void begunElsewhere() {
    nextId = 1;
  }

  /** Whether no exchange is under way, or about to be. */
  boolean isIdle() {
    return active == null && preparing == null && queue.isEmpty();
  }

  /** Whether an exchange that makes, replaces or ends a child is under way. */
  boolean concernsChildren() {
    return active != null && active.concernsChildren()
        || preparing != null && preparing.concernsChildren();
  }

  /** Whether the peer may be establishing the IKE SA just now. */
  boolean isAuthenticating() {
    return active != null && active.type() == ExchangeType.IKE_AUTH;
  }

  boolean isActive(Class<? extends Task> kind) {
    return active != null && active.has(kind);
  }

  /** Whether a request for a new child of this name was sent and not answered. */
  boolean isAskingFor(String name) {
    return active != null
        && active.tasks().stream()
            .anyMatch(task -> task instanceof ChildCreateTask create && create.makes(name));
  }

  /** Starts the next exchange if none is under way. */
  void kick() {
    if (active != null || sa.isDead()) {
      return;
    }
    if (preparing == null && !queue.isEmpty()) {
      preparing = queue.poll();
      ready = false;
      prepare(preparing, 0);
    } else if (ready) {
      sendPrepared();
    } else if (preparing != null && sa.state() != IkeSa.State.CONNECTING) {
      overtake();
    }
  }

  private void prepare(Exchange exchange, int index) {
    if (index == exchange.tasks().size()) {
      ready = true;
      kick();
      return;
    }
    sa.watch(exchange.tasks().get(index).prepare(sa).thenAccept(o -> prepared(exchange, index, o)));
  }

  private void prepared(Exchange exchange, int index, Outcome outcome) {
    if (preparing != exchange) {
      return; // The SA ended meanwhile, and the tasks know.
    }
    if (outcome.done()) {
      prepare(exchange, index + 1);
    } else {
      drop(exchange, outcome);
    }
  }

  private void drop(Exchange exchange, Outcome why) {
    preparing = null;
    ready = false;
    exchange.tasks().forEach(task -> task.abandon(sa, why));
    kick();
  }

  private void sendPrepared() {
    Exchange exchange = preparing;
    for (Task task : exchange.tasks()) {
      Outcome due = task.stillDue(sa);
      if (!due.done()) {
        drop(exchange, due);
        return;
      }
    }
    preparing = null;
    ready = false;
    active = exchange;
    send();
  }

  /** While one gets ready, the first that is ready as it is. */
  private void overtake() {
    for (Iterator<Exchange> waiting = queue.iterator(); waiting.hasNext(); ) {
      Exchange next = waiting.next();
      if (!next.takesTime() && !next.has(IkeRekeyTask.class)) {
        waiting.remove();
        active = next;
        send();
        return;
      }
    }
  }

  private void send() {
    List<Payload> payloads = new ArrayList<>();
    for (Task task : active.alone() ? active.tasks().subList(0, 1) : active.tasks()) {
      task.build(sa, payloads);
    }
    if (ExchangeType.isFirst(active.type())) {
      // Every attempt of IKE_SA_INIT has message id 0 (RFC 7296 section 2.2).
      activeId = 0;
      nextId = 1;
    } else {
      activeId = nextId++;
    }
    packets = sa.outbox().encode(active.type(), false, activeId, payloads);
    kept = sa.packetSize().keep(packets, payloads);
    transmissions = 0;
    transmit();
  }

  private void transmit() {
    transmissions++;
    if (sa.packetSize().shorten(transmissions, packets, kept)) {
      packets = sa.outbox().again(active.type(), false, activeId, kept, sa.crypto());
      kept = List.of();
    }
    sa.mobike().routes(active, transmissions).forEach(way -> sa.outbox().send(way, packets));
    timer =
        sa.after(
            sa.ctx().settings().retransmitWait(transmissions),
            () -> {
              if (transmissions < ResumeAttempt.transmissions(sa)) {
                sa.ctx().counters().count("ike-retransmissions");
                IkeLog.IKE.info(
                    sa, "retransmit {} of request {} ({})", transmissions, activeId, progress());
                transmit();
              } else {
                ResumeAttempt.peerDoesNotAnswer(sa, progress());
              }
            });
  }

  /** What was sent over a path that is not there any more is repeated at once, and counted anew. */
  void resend() {
    if (active != null && !examining) {
      timer.cancel();
      transmissions = 0;
      transmit();
    }
  }

  /** What we wait for, in words. */
  String progress() {
    if (active == null) {
      return "";
    }
    return ExchangeType.name(active.type())
        + " was sent "
        + transmissions
        + (transmissions == 1 ? " time" : " times");
  }

  /** The request under way as it went over the wire; IKE_SA_INIT is always one datagram. */
  byte[] packet() {
    return packets.get(0);
  }

  /** Whether this is the response we wait for. */
  boolean awaits(IkeHeader response) {
    return active != null
        && !examining
        && response.messageId() == activeId
        && response.exchangeType() == active.type();
  }

  /** An authentic response (or one of IKE_SA_INIT, where nothing is authentic yet). */
  void process(IkeMessage response) {
    sa.noteReceived(response);
    timer.cancel();
    Exchange exchange = active;
    CompletableFuture<?>[] examinations =
        exchange.tasks().stream()
            .map(task -> task.examine(sa, response))
            .toArray(CompletableFuture[]::new);
    examining = true;
    sa.watch(
        CompletableFuture.allOf(examinations)
            .thenAccept(
                nothing -> {
                  if (active == exchange && !sa.isDead()) {
                    examining = false;
                    process(exchange, response);
                  }
                }));
  }

  private void process(Exchange exchange, IkeMessage response) {
    List<Task> left = new ArrayList<>();
    for (Task task : exchange.tasks()) {
      Task.Step step = task.process(sa, response);
      if (sa.isDead()) {
        return;
      }
      if (step == Task.Step.ENDED) {
        active = null;
        int next = exchange.tasks().indexOf(task) + 1;
        Outcome why = Outcome.unavailable("the IKE SA ends");
        exchange.tasks().subList(next, exchange.tasks().size()).forEach(t -> t.abandon(sa, why));
        kick();
        return;
      }
      if (step == Task.Step.ALONE) {
        int index = exchange.tasks().indexOf(task);
        left.addAll(exchange.tasks().subList(index, exchange.tasks().size()));
        active = new Exchange(exchange.type(), left, true);
        send();
        return;
      }
      if (step == Task.Step.AGAIN) {
        left.add(task);
      }
    }
    if (left.isEmpty()) {
      active = null;
      kick();
    } else {
      active = new Exchange(left.get(0).nextExchange(exchange.type()), left);
      send();
    }
  }

  /** Hands what waits to the SA's successor; an exchange under way stays. */
  void moveTo(Requests successor) {
    queue.removeIf(x -> x.has(IkeRekeyTask.class));
    successor.queue.addAll(queue);
    queue.clear();
    successor.kick();
  }

  /** Forgets the exchange under way and everything that waits. */
  void abandonAll(Outcome why) {
    timer.cancel();
    List<Exchange> waiting = new ArrayList<>();
    Stream.of(active, preparing).filter(Objects::nonNull).forEach(waiting::add);
    waiting.addAll(queue);
    active = null;
    examining = false;
    preparing = null;
    ready = false;
    queue.clear();
    waiting.forEach(exchange -> exchange.tasks().forEach(task -> task.abandon(sa, why)));
  }

  /** Forgets the exchange under way, whose answer no longer matters. */
  void abandonActive(Outcome why) {
    timer.cancel();
    Exchange current = active;
    active = null;
    examining = false;
    if (current != null) {
      current.tasks().forEach(task -> task.abandon(sa, why));
    }
  }
}
