package io.keyway.it.fuzz;

import io.keyway.api.Outcome;
import io.keyway.api.ike.IkeEngine.Selection;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.engine.lab.Gateway;
import io.keyway.ike.engine.lab.Lab;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.Payload;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One play of {@link EngineTarget}. */
final class EngineScript {
  /** Bits of the first octet. */
  static final int ENGINE_BEGINS = 1;

  static final int AUTHENTICATED = 2;
  static final int OWN_KEYS_PER_CHILD = 4;
  static final int HONEST_NEIGHBOUR = 8;

  /** Steps, by the number that an input names them with. */
  static final int REQUEST = 0;

  static final int RESPONSE = 1;
  static final int SPOILT_REQUEST = 2;
  static final int SPOILT_RESPONSE = 3;
  static final int FRAGMENT = 4;
  static final int DATAGRAM = 5;
  static final int IN_CLEAR = 6;
  static final int AGAIN = 7;
  static final int TIME = 8;
  static final int COMMAND = 9;
  private static final int STEPS = 10;

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final int flags;
  private final Lab lab = new Lab();
  private final Gateway gateway;
  private final String connection;
  private final Config config;
  private final WildPeer peer;
  private final WildWords words;
  private int steps;

  EngineScript(int flags) {
    this.flags = flags;
    boolean begins = is(ENGINE_BEGINS);
    var esp = is(OWN_KEYS_PER_CHILD) ? Config.ESP_GCM_PFS : Config.ESP_GCM;
    gateway = begins ? lab.left : lab.right;
    connection = begins ? "to-right" : "to-left";
    config =
        begins
            ? Lab.leftNet().at("192.0.2.1", WildPeer.ADDRESS).esp(esp)
            : Lab.rightNet().anyPeer().esp(esp);
    Wire.require(gateway.load(config.build()).done(), "the connection is refused");
    peer = new WildPeer(lab, begins ? "192.0.2.1" : "192.0.2.2", !begins);
    words = new WildWords(peer, !begins, esp);
    if (begins) {
      gateway.engine.initiate(connection, "net", LIMIT);
      lab.time.run(Duration.ofMillis(50));
      Wire.require(peer.accept(), "the engine does not begin");
      if (is(AUTHENTICATED)) {
        answer(peer.asked().orElseThrow());
      }
    } else {
      peer.connect();
      if (is(AUTHENTICATED)) {
        say(WildWords.AUTH, words.request(WildWords.AUTH));
      }
    }
    if (is(AUTHENTICATED)) {
      Wire.require(
          gateway.engine.snapshot().stream().anyMatch(sa -> sa.state().equals("ESTABLISHED")),
          "an honest authentication fails");
    }
  }

  private boolean is(int flag) {
    return (flags & flag) != 0;
  }

  private void say(int request, List<Payload> payloads) {
    peer.request(
        WildWords.exchange(request), 0, WildWords.first(payloads), WildWords.inner(payloads));
  }

  private void answer(IkeMessage question) {
    List<Payload> payloads = words.answer(question);
    peer.respond(WildWords.first(payloads), WildWords.inner(payloads));
  }

  // --- steps ----------------------------------------------------------------------------------

  void step(Input input) {
    steps++;
    switch (input.octet() % STEPS) {
      case REQUEST -> peer.request(exchange(input), idOffset(input), input.octet(), input.chunk());
      case RESPONSE -> peer.respond(input.octet(), input.chunk());
      case SPOILT_REQUEST -> {
        int which = input.octet() % 8;
        List<Payload> payloads = words.request(which);
        peer.request(
            WildWords.exchange(which),
            0,
            WildWords.first(payloads),
            input.patched(WildWords.inner(payloads)));
      }
      case SPOILT_RESPONSE ->
          peer.asked()
              .ifPresent(
                  question -> {
                    List<Payload> payloads = words.answer(question);
                    peer.respond(
                        WildWords.first(payloads), input.patched(WildWords.inner(payloads)));
                  });
      case FRAGMENT ->
          peer.fragment(
              exchange(input),
              (input.octet() & 1) != 0,
              idOffset(input),
              input.number(),
              input.number(),
              input.octet(),
              input.chunk());
      case DATAGRAM -> {
        byte[] datagram = input.chunk();
        if (datagram.length > 0) {
          peer.send(datagram);
        }
      }
      case IN_CLEAR ->
          peer.inClear(exchange(input), input.octet(), input.octet(), input.octet(), input.chunk());
      case AGAIN -> peer.again(input.octet());
      case TIME -> {
        lab.time.run(Duration.ofMillis(250L * input.octet()));
        peer.hear();
      }
      default -> command(input.octet());
    }
  }

  /** Mostly one that exists. */
  private static int exchange(Input input) {
    int octet = input.octet();
    return octet >= 240 ? octet : ExchangeType.IKE_SA_INIT + octet % 11;
  }

  /** Mostly none. */
  private static int idOffset(Input input) {
    int octet = input.octet();
    return octet < 200 ? 0 : octet - 228;
  }

  private void command(int which) {
    switch (which % 8) {
      case 0 -> gateway.engine.rekey(new Selection.Child(connection, "net"), LIMIT);
      case 1 ->
          gateway.engine.snapshot().stream()
              .findFirst()
              .ifPresent(sa -> gateway.engine.rekey(new Selection.IkeUid(sa.uid()), LIMIT));
      case 2 -> gateway.engine.terminate(new Selection.Child(connection, "net"), LIMIT);
      case 3 -> gateway.engine.initiate(connection, "net", LIMIT);
      case 4 -> gateway.engine.terminate(new Selection.Connection(connection), LIMIT);
      case 5 -> gateway.load(config.dpd(Duration.ofSeconds(10)).build());
      case 6 -> gateway.plane.setFate(EngineScript::full);
      default -> gateway.plane.noFate();
    }
    lab.time.run(Duration.ofMillis(50));
    peer.hear();
  }

  private static Optional<Outcome> full(String call) {
    boolean takesRows = call.equals("reserve") || call.startsWith("add") || call.startsWith("put");
    return takesRows ? Optional.of(Outcome.full("no row is left")) : Optional.empty();
  }

  // --- what must hold -------------------------------------------------------------------------

  void end() {
    gateway.plane.noFate();
    Wire.require(
        gateway.count("ike-internal-errors") == 0, "a message or a command made a fault of ours");
    Wire.require(
        gateway.count("ike-reassembly-octets") <= 2 * 65_536,
        "one peer has more than two messages");
    if (is(HONEST_NEIGHBOUR) && !is(ENGINE_BEGINS)) {
      lab.left.load(Lab.leftNet().esp(Config.ESP_GCM, Config.ESP_GCM_PFS).build());
      Wire.require(
          lab.left.initiate("to-right", "net").outcome().done(), "an honest peer is not served");
      lab.left.get(lab.left.engine.unload("to-right", LIMIT));
    }
    int sent = peer.heard();
    Wire.require(
        sent <= 20 * (steps + 2), sent + " datagrams were sent to a peer in " + steps + " steps");
    Wire.require(gateway.get(gateway.engine.unload(connection, LIMIT)).done(), "cannot be removed");
    lab.time.run(Duration.ofMinutes(10));
    Wire.require(gateway.engine.snapshot().isEmpty(), "an IKE SA is left");
    Wire.require(gateway.plane.sas().isEmpty(), "an SA is left in the plane");
    Wire.require(gateway.plane.claims().isEmpty(), "a policy is left in the plane");
    Wire.require(gateway.plane.leases().isEmpty(), "an SPI is left in the plane");
    Wire.require(gateway.plane.reusedKeys().isEmpty(), "a key was installed twice for sending");
    Wire.require(gateway.count("ike-half-open") == 0, "a half-open IKE SA is left");
    Wire.require(gateway.count("ike-reassembly-octets") == 0, "fragments are left");
    Wire.require(gateway.count("ike-internal-errors") == 0, "a fault of ours at the end");
    Wire.require(lab.time.pending() == 0, lab.time.pending() + " timers are left");
  }
}
