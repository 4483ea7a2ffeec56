package io.keyway.it.fuzz;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.EapSettings;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.engine.eap.EapAnswer;
import io.keyway.ike.engine.eap.EapName;
import io.keyway.ike.engine.eap.EapPeer;
import io.keyway.ike.engine.eap.EapServer;
import io.keyway.ike.engine.eap.StandardMethods;
import io.keyway.ike.message.Octets;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * A conversation by EAP with somebody who does not know the password: as server nobody ever
 * succeeds, as peer nobody does who has to prove itself (MSCHAPv2). The first octet says which side
 * is ours and what is configured, then packets follow.
 */
public final class EapMethodsTarget {
  private static final int SERVER = 1;
  private static final int ASKED = 2;
  private static final int ALONE = 4;
  private static final int RIGHT_IDENTIFIER = 8;
  private static final int MOST_PACKETS = 80;
  private static final EapSettings SETTINGS =
      new EapSettings(List.of(), Optional.empty(), "own", Map.of("carol", "hers"), true);

  private EapMethodsTarget() {}

  /** The same challenges in every run. */
  private static final class Repeatable extends SecureRandom {
    private static final long serialVersionUID = 1L;
    private final Random random = new Random(7);

    @Override
    public void nextBytes(byte[] bytes) {
      random.nextBytes(bytes);
    }
  }

  private static CompletableFuture<Result<SecretBytes>> password(String name) {
    return CompletableFuture.completedFuture(
        name.equals("own") || name.equals("hers")
            ? Result.ok(SecretBytes.wrap("not for you".getBytes(StandardCharsets.UTF_8)))
            : Result.failed(Outcome.absent("there is no password '" + name + "'")));
  }

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0) {
      return;
    }
    Input input = new Input(data);
    int flags = input.octet();
    StandardMethods methods = new StandardMethods(EapMethodsTarget::password, new Repeatable());
    if ((flags & SERVER) != 0) {
      server(input, flags, methods);
    } else {
      peer(input, flags, methods);
    }
  }

  private static void server(Input input, int flags, StandardMethods methods) {
    EapSettings settings =
        (flags & ASKED) != 0
            ? new EapSettings(
                SETTINGS.methods(),
                Optional.of(EapSettings.ASK),
                SETTINGS.secret(),
                SETTINGS.users(),
                true)
            : SETTINGS;
    Optional<EapName> name = Optional.of(new EapName("carol"));
    try (EapServer server = new EapServer(settings, methods, name, (flags & ALONE) != 0, flags)) {
      EapAnswer last = now(server.begin());
      for (int i = 0; i < MOST_PACKETS && input.more() && goesOn(last); i++) {
        last = now(server.process(packet(input, flags, last)));
        Wire.require(
            !(last instanceof EapAnswer.Success), "who does not know the password is let in");
      }
      Wire.require(server.key().isEmpty(), "a key without a success");
    }
  }

  private static void peer(Input input, int flags, StandardMethods methods) {
    boolean alone = (flags & ALONE) != 0;
    try (EapPeer peer = new EapPeer(SETTINGS, methods, new EapName("carol"), alone)) {
      EapAnswer last = new EapAnswer.Packet(Octets.EMPTY);
      for (int i = 0; i < MOST_PACKETS && input.more() && goesOn(last); i++) {
        last = now(peer.process(Octets.copyOf(input.chunk())));
        boolean proved = last instanceof EapAnswer.Success;
        Wire.require(
            !proved || !alone && peer.methodName().equals("EAP-MD5"),
            "a server without the password is believed");
      }
      Wire.require(peer.key().isEmpty(), "a key from a server without the password");
    }
  }

  private static boolean goesOn(EapAnswer last) {
    return last instanceof EapAnswer.Packet || last instanceof EapAnswer.Retry;
  }

  /** Mostly with the identifier that is due, so that the rest is looked at. */
  private static Octets packet(Input input, int flags, EapAnswer last) {
    byte[] packet = input.chunk();
    Octets asked =
        last instanceof EapAnswer.Retry retry ? retry.octets() : ((EapAnswer.Packet) last).octets();
    if ((flags & RIGHT_IDENTIFIER) != 0 && packet.length >= 4 && asked.length() >= 2) {
      packet[1] = (byte) asked.at(1);
      packet[2] = (byte) (packet.length >> 8);
      packet[3] = (byte) packet.length;
    }
    return Octets.copyOf(packet);
  }

  private static EapAnswer now(CompletableFuture<EapAnswer> answer) {
    Wire.require(answer.isDone(), "a method that never answers");
    EapAnswer given = answer.join();
    String reason =
        given instanceof EapAnswer.Failure failure
            ? failure.reason()
            : given instanceof EapAnswer.Retry retry ? retry.reason() : "-";
    Wire.require(!reason.isBlank(), "a failure without a reason");
    Wire.require(reason.chars().noneMatch(Character::isISOControl), "a reason of several lines");
    return given;
  }
}
