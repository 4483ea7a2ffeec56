package io.keyway.it.fuzz;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.EapSettings;
import io.keyway.api.ike.EapSettings.Type;
import io.keyway.ike.crypto.tls.TlsEndpoint;
import io.keyway.ike.crypto.tls.TlsJudge;
import io.keyway.ike.engine.eap.EapAnswer;
import io.keyway.ike.engine.eap.EapConversation;
import io.keyway.ike.engine.eap.EapName;
import io.keyway.ike.engine.eap.EapPeer;
import io.keyway.ike.engine.eap.EapServer;
import io.keyway.ike.engine.eap.StandardMethods;
import io.keyway.ike.engine.eap.TlsParty;
import io.keyway.ike.message.Octets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * EAP-TLS with somebody whose certificate is not good: flags, lengths and pieces in front of the
 * TLS endpoint, in either role. Nobody succeeds, no key comes of it, and it ends. The first octet
 * says which side is ours; with {@link #CUT} an honest first flight is cut where the input says,
 * and must be taken like the whole.
 */
public final class EapTlsTarget {
  private static final int SERVER = 1;
  private static final int MODERN = 2;
  private static final int CUT = 4;
  private static final int TLS = 13;
  private static final int MOST_PACKETS = 80;
  private static final int BOUND = 65;
  private static final EapSettings SETTINGS =
      new EapSettings(List.of(Type.TLS), Optional.empty(), "", Map.of(), false);

  private EapTlsTarget() {}

  /** The same in every run. */
  private static final class Repeatable extends SecureRandom {
    private static final long serialVersionUID = 1L;
    private final Random random = new Random(7);

    @Override
    public void nextBytes(byte[] bytes) {
      random.nextBytes(bytes);
    }
  }

  private record Party(TlsEndpoint tls) implements TlsParty {
    @Override
    public boolean hasJudged() {
      return false;
    }

    @Override
    public CompletableFuture<Outcome> revocation() {
      return CompletableFuture.completedFuture(Outcome.ok());
    }
  }

  private static TlsEndpoint end(boolean server, boolean modern) {
    TlsJudge judge = chain -> Optional.of(new TlsJudge.Rejection(48, "nobody is good here"));
    try {
      return server
          ? TlsEndpoint.server(new Repeatable(), TestAuthority.identity(), judge, modern)
          : TlsEndpoint.client(new Repeatable(), TestAuthority.identity(), judge, modern);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static StandardMethods methods(boolean modern) {
    return new StandardMethods(
        name -> CompletableFuture.completedFuture(Result.failed(Outcome.absent("no passwords"))),
        new Repeatable(),
        peer ->
            server -> CompletableFuture.completedFuture(Result.ok(new Party(end(server, modern)))),
        Optional::empty,
        Runnable::run);
  }

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    Input input = new Input(data);
    int flags = input.octet();
    boolean modern = (flags & MODERN) != 0;
    EapName name = new EapName("carol");
    if ((flags & SERVER) == 0) {
      try (EapPeer peer = new EapPeer(SETTINGS, methods(modern), name, true)) {
        talk(input, peer, new EapAnswer.Packet(Octets.EMPTY));
      }
      return;
    }
    try (EapServer server =
        new EapServer(SETTINGS, methods(modern), Optional.of(name), true, flags)) {
      EapAnswer first = now(server.begin());
      if ((flags & CUT) != 0) {
        cut(input, server, first, modern);
      } else {
        talk(input, server, first);
      }
    }
  }

  private static EapAnswer say(EapConversation to, Octets packet) {
    return now(
        to instanceof EapServer server ? server.process(packet) : ((EapPeer) to).process(packet));
  }

  /** Pieces as the input has them: flags, and what follows. */
  private static void talk(Input input, EapConversation to, EapAnswer first) {
    boolean server = to instanceof EapServer;
    EapAnswer last = first;
    int packets = 0;
    while (packets < MOST_PACKETS && input.more() && goesOn(last)) {
      int identifier = server ? octets(last).at(1) : ++packets & 0xff;
      packets += server ? 1 : 0;
      last = say(to, packet(server ? 2 : 1, identifier, input.chunk()));
      Wire.require(!(last instanceof EapAnswer.Success), "who is not good is let in");
    }
    Wire.require(packets <= BOUND, "a conversation that does not end");
    Wire.require(to.key().isEmpty(), "a key without a success");
  }

  /** An honest ClientHello in pieces; the server answers it, and says nothing between them. */
  private static void cut(Input input, EapServer server, EapAnswer first, boolean modern) {
    byte[] hello;
    try (TlsEndpoint client = end(false, modern)) {
      hello = client.output();
    }
    EapAnswer last = first;
    int at = 0;
    for (int piece = 0; at < hello.length; piece++) {
      int wanted = piece < BOUND - 5 && input.more() ? 1 + input.octet() : hello.length;
      int until = Math.min(hello.length, at + wanted);
      boolean more = until < hello.length;
      boolean told = piece == 0 || (wanted & 1) != 0;
      ByteBuffer data = ByteBuffer.allocate((told ? 5 : 1) + until - at);
      data.put((byte) ((told ? 0x80 : 0) | (more ? 0x40 : 0)));
      if (told) {
        data.putInt(hello.length);
      }
      data.put(hello, at, until - at);
      last = say(server, packet(2, octets(last).at(1), data.array()));
      Wire.require(last instanceof EapAnswer.Packet, "an honest piece is refused");
      Wire.require(
          !more || octets(last).length() == 6, "more than an acknowledgement between pieces");
      at = until;
    }
    Wire.require(octets(last).length() > 50, "an honest flight is not answered");
  }

  private static Octets packet(int code, int identifier, byte[] data) {
    byte[] most = Arrays.copyOf(data, Math.min(data.length, 60_000));
    return Octets.copyOf(
        ByteBuffer.allocate(5 + most.length)
            .put((byte) code)
            .put((byte) identifier)
            .putShort((short) (5 + most.length))
            .put((byte) TLS)
            .put(most)
            .array());
  }

  private static boolean goesOn(EapAnswer last) {
    return last instanceof EapAnswer.Packet || last instanceof EapAnswer.Retry;
  }

  private static Octets octets(EapAnswer last) {
    return last instanceof EapAnswer.Retry retry
        ? retry.octets()
        : ((EapAnswer.Packet) last).octets();
  }

  private static EapAnswer now(CompletableFuture<EapAnswer> answer) {
    Wire.require(answer.isDone(), "a method that never answers");
    EapAnswer given = answer.join();
    if (given instanceof EapAnswer.Failure failure) {
      Wire.require(!failure.reason().isBlank(), "a failure without a reason");
      Wire.require(
          failure.reason().chars().noneMatch(Character::isISOControl), "a reason of several lines");
    }
    return given;
  }
}
