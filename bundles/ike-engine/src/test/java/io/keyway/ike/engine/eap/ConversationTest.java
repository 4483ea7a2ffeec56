package io.keyway.ike.engine.eap;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.Outcome;
import io.keyway.api.Result;
import io.keyway.api.ike.EapSettings;
import io.keyway.api.ike.EapSettings.Type;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.message.Octets;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Both sides of EAP, octet for octet, and packets that do not belong. */
class ConversationTest {
  private static final Map<String, String> STORE =
      Map.of("user", "clientPass", "other", "anotherPass");

  private static final EapPasswords PASSWORDS =
      name ->
          CompletableFuture.completedFuture(
              Optional.ofNullable(STORE.get(name))
                  .map(p -> Result.ok(SecretBytes.copyOf(p.getBytes(StandardCharsets.UTF_8))))
                  .orElseGet(() -> Result.failed(Outcome.absent("no password " + name))));

  /** Gives the challenges of RFC 2759 section 9.2, or ever the same octet. */
  private static final class Fixed extends SecureRandom {
    private static final long serialVersionUID = 1;
    private final byte[] octets;

    Fixed(String hex) {
      octets = HexFormat.of().parseHex(hex);
    }

    @Override
    public void nextBytes(byte[] bytes) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = octets[i % octets.length];
      }
    }
  }

  private static final Fixed SERVER = new Fixed("5B5D7C7D7B3F2F3E3C2C602132262628");
  private static final Fixed PEER = new Fixed("21402324255E262A28295F2B3A337C7E");

  private static EapServer server(String identity, Type... methods) {
    EapSettings settings =
        new EapSettings(
            List.of(methods), Optional.ofNullable(identity), "", Map.of("User", "user"), false);
    return new EapServer(
        settings,
        new StandardMethods(PASSWORDS, SERVER),
        Optional.of(new EapName("User")),
        false,
        0x41);
  }

  private static EapPeer peer(String secret, Type... methods) {
    EapSettings settings =
        new EapSettings(List.of(methods), Optional.empty(), secret, Map.of(), false);
    return new EapPeer(settings, new StandardMethods(PASSWORDS, PEER), new EapName("User"), false);
  }

  private static Octets sent(CompletableFuture<EapAnswer> answer) {
    return switch (kind(answer)) {
      case "Packet" -> ((EapAnswer.Packet) answer.join()).octets();
      case "Retry" -> ((EapAnswer.Retry) answer.join()).octets();
      case "Success" -> ((EapAnswer.Success) answer.join()).octets();
      default -> ((EapAnswer.Failure) answer.join()).octets();
    };
  }

  private static String kind(CompletableFuture<EapAnswer> answer) {
    return answer.join().getClass().getSimpleName();
  }

  private static String reason(CompletableFuture<EapAnswer> answer) {
    return ((EapAnswer.Failure) answer.join()).reason();
  }

  private static Octets hex(String digits) {
    return Octets.ofHex(digits.replace(" ", ""));
  }

  @Test
  void mschapv2GoesOverTheWireAsItsDraftSays() {
    EapServer server = server(null, Type.MSCHAPV2);
    EapPeer peer = peer("user", Type.MSCHAPV2);

    Octets challenge = sent(server.begin());
    assertThat(challenge)
        .isEqualTo(
            hex("01 41 0020 1a 01 41 001b 10 5B5D7C7D7B3F2F3E3C2C602132262628 6b6579776179"));
    Octets response = sent(peer.process(challenge));
    assertThat(response)
        .isEqualTo(
            hex(
                "02 41 003f 1a 02 41 003a 31 21402324255E262A28295F2B3A337C7E 0000000000000000"
                    + "82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF 00 55736572"));
    Octets proof = sent(server.process(response));
    assertThat(new String(proof.toArray(), 9, 42, StandardCharsets.US_ASCII))
        .isEqualTo("S=407A5589115FD0D6209F510FE9C04566932CDA56");
    Octets seen = sent(peer.process(proof));
    assertThat(seen).isEqualTo(hex("02 42 0006 1a 03"));
    CompletableFuture<EapAnswer> end = server.process(seen);
    assertThat(kind(end)).isEqualTo("Success");
    assertThat(sent(end)).isEqualTo(hex("03 42 0004"));
    assertThat(kind(peer.process(sent(end)))).isEqualTo("Success");
    assertThat(peer.key().orElseThrow().read(byte[]::clone))
        .isEqualTo(server.key().orElseThrow().read(byte[]::clone))
        .hasSize(64);
    peer.close();
    server.close();
  }

  @Test
  void md5GoesOverTheWireAsTheRfcSays() {
    EapServer server = server(null, Type.MD5);
    EapPeer peer = peer("user", Type.MD5);

    Octets challenge = sent(server.begin());
    assertThat(challenge).isEqualTo(hex("01 41 0016 04 10 5B5D7C7D7B3F2F3E3C2C602132262628"));
    Octets response = sent(peer.process(challenge));
    assertThat(response.length()).isEqualTo(22);
    CompletableFuture<EapAnswer> end = server.process(response);
    assertThat(kind(end)).isEqualTo("Success");
    assertThat(kind(peer.process(sent(end)))).isEqualTo("Success");
    assertThat(peer.key()).isEmpty();
    assertThat(server.key()).isEmpty();
  }

  @Test
  void asksWhoComesAndOffersAnotherMethodAfterNak() {
    EapServer server = server(EapSettings.ASK, Type.MSCHAPV2, Type.MD5);
    EapPeer peer = peer("user", Type.MD5);

    Octets who = sent(server.begin());
    assertThat(who).isEqualTo(hex("01 41 0005 01"));
    Octets name = sent(peer.process(who));
    assertThat(name).isEqualTo(hex("02 41 0009 01 55736572"));
    Octets offer = sent(server.process(name));
    assertThat(offer.at(4)).isEqualTo(26);
    Octets nak = sent(peer.process(offer));
    assertThat(nak).isEqualTo(hex("02 42 0006 03 04"));
    Octets other = sent(server.process(nak));
    assertThat(other.at(1)).isEqualTo(0x43);
    assertThat(other.at(4)).isEqualTo(4);
    assertThat(kind(server.process(sent(peer.process(other))))).isEqualTo("Success");
  }

  @Test
  void letsAPeerTryMschapv2ThreeTimesWithAnotherChallengeEach() {
    EapServer server =
        new EapServer(
            new EapSettings(
                List.of(Type.MSCHAPV2), Optional.empty(), "", Map.of("User", "user"), false),
            new StandardMethods(PASSWORDS, new SecureRandom()),
            Optional.of(new EapName("User")),
            false,
            0);
    Octets request = sent(server.begin());
    String last = "";
    for (int i = 1; i <= 3; i++) {
      byte[] wrong = new byte[5 + 4 + 1 + 49 + 4];
      System.arraycopy(hex("02 00 003f 1a 02 00 003a 31").toArray(), 0, wrong, 0, 10);
      wrong[1] = (byte) request.at(1);
      System.arraycopy("User".getBytes(StandardCharsets.US_ASCII), 0, wrong, 59, 4);
      CompletableFuture<EapAnswer> answer = server.process(Octets.copyOf(wrong));
      assertThat(kind(answer)).isEqualTo(i < 3 ? "Retry" : "Failure");
      if (i < 3) {
        request = sent(answer);
        String text =
            new String(
                Arrays.copyOfRange(request.toArray(), 9, request.length()),
                StandardCharsets.US_ASCII);
        assertThat(text).startsWith("E=691 R=1 C=").contains(" V=3 ").isNotEqualTo(last);
        last = text;
      } else {
        assertThat(sent(answer).at(0)).isEqualTo(EapPacket.FAILURE);
      }
    }
  }

  @Test
  void aPeerThatIsRefusedAcknowledgesItAndSaysWhy() {
    EapServer server = server(null, Type.MSCHAPV2);
    EapPeer peer = peer("other", Type.MSCHAPV2);
    Octets refusal = sent(server.process(sent(peer.process(sent(server.begin())))));
    Octets acknowledged = sent(peer.process(refusal));
    assertThat(acknowledged).isEqualTo(hex("02 42 0006 1a 04"));
    CompletableFuture<EapAnswer> end = server.process(acknowledged);
    assertThat(kind(end)).isEqualTo("Failure");
    assertThat(reason(peer.process(sent(end)))).contains("wrong user or password", "error 691");
    assertThat(peer.isRefused()).isTrue();
  }

  @Test
  void aServerThatDoesNotKnowThePasswordIsNotBelieved() {
    EapServer server = server(null, Type.MSCHAPV2);
    EapPeer peer = peer("user", Type.MSCHAPV2);
    Octets proof = sent(server.process(sent(peer.process(sent(server.begin())))));
    byte[] forged = proof.toArray();
    forged[12] ^= 1;
    assertThat(reason(peer.process(Octets.copyOf(forged))))
        .contains("does not know the password of 'User'");
    assertThat(peer.key()).isEmpty();
  }

  @Test
  void answersARepetitionWithTheSamePacket() {
    EapServer server = server(null, Type.MSCHAPV2);
    EapPeer peer = peer("user", Type.MSCHAPV2);
    Octets challenge = sent(server.begin());
    assertThat(sent(peer.process(challenge))).isEqualTo(sent(peer.process(challenge)));
  }

  @Test
  void acknowledgesANotification() {
    assertThat(sent(peer("user").process(hex("01 07 0007 02 6869"))))
        .isEqualTo(hex("02 07 0005 02"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Success before anything, an answer, nothing, lengths that lie, no code.
        "03 41 0004",
        "02 41 0005 01",
        "",
        "01 41 0003",
        "01 41 00ff 04 10",
        "07 41 0005 01",
        // Challenges that are too short, or say so.
        "01 41 0005 1a",
        "01 41 000a 1a 01 41 0005 10",
        "01 41 001a 1a 01 41 0015 0f 5B5D7C7D7B3F2F3E3C2C602132262628",
        "01 41 0006 04 10",
        // The server's proof before the challenge.
        "01 41 0033 1a 03 41 002e 533d343037413535383931313546443044363230394635313046453943303435"
            + "3636393332434441",
      })
  void aPeerRefusesWhatDoesNotBelong(String packet) {
    EapPeer peer = peer("user", Type.MSCHAPV2, Type.MD5);
    assertThat(kind(peer.process(hex(packet)))).isEqualTo("Failure");
    assertThat(peer.isRefused()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // A request, success, another identifier, another method, nothing, lengths that lie.
        "01 41 0005 1a",
        "03 41 0004",
        "02 42 0006 1a 03",
        "02 41 0005 04",
        "",
        "02 41 00ff 1a 02",
        // Its own success before it proved anything, and a response that is too short.
        "02 41 0006 1a 03",
        "02 41 0006 1a 04",
        "02 41 000b 1a 02 41 0006 31 00",
        "02 41 0005 03",
      })
  void aServerRefusesWhatDoesNotBelong(String packet) {
    EapServer server = server(null, Type.MSCHAPV2);
    server.begin();
    CompletableFuture<EapAnswer> answer = server.process(hex(packet));
    assertThat(kind(answer)).isEqualTo("Failure");
    assertThat(sent(answer)).isEqualTo(hex("04 41 0004"));
    assertThat(server.key()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\nb", "a\u202eb", "a\u0000b", "\u2028"})
  void namesThatWouldDeceiveALogAreNone(String name) {
    assertThat(EapName.of(Octets.copyOf(name.getBytes(StandardCharsets.UTF_8)))).isEmpty();
    assertThat(EapName.of(hex("ff fe"))).isEmpty();
    assertThat(EapName.of(Octets.copyOf(new byte[300]))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Type.class)
  void aConversationEndsAtSomePoint(Type type) {
    EapPeer peer = peer("user", type);
    CompletableFuture<EapAnswer> answer = null;
    for (int i = 0; i < 65; i++) {
      answer = peer.process(hex("01 %02x 0005 02".formatted(i)));
    }
    assertThat(reason(answer)).contains("does not end");
  }
}
