package io.keyway.ike.engine.eap;

import io.keyway.api.Result;
import io.keyway.api.ike.EapSettings;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.eap.MsChapV2;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** EAP-MSCHAPv2 as server: three tries, each with a challenge of its own. */
final class MsChapV2Server implements EapMethod {
  private static final int MOST_TRIES = 3;
  private static final byte[] OUR_NAME = "keyway".getBytes(StandardCharsets.US_ASCII);
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private final UserPassword user;
  private final SecureRandom random;
  private byte[] challenge;
  private int identifier;
  private int tries;
  private String lastProblem = "";
  private SecretBytes key;
  private boolean succeeded;
  private boolean closed;

  MsChapV2Server(UserPassword user, SecureRandom random) {
    this.user = user;
    this.random = random;
    challenge = newChallenge();
  }

  private byte[] newChallenge() {
    byte[] octets = new byte[MsChapV2Data.CHALLENGE_OCTETS];
    random.nextBytes(octets);
    return octets;
  }

  @Override
  public EapSettings.Type type() {
    return EapSettings.Type.MSCHAPV2;
  }

  @Override
  public CompletableFuture<EapStep> start(int packetIdentifier) {
    identifier = packetIdentifier;
    return CompletableFuture.completedFuture(
        new EapStep.Send(
            new MsChapV2Data(
                    MsChapV2Data.CHALLENGE,
                    identifier,
                    MsChapV2Data.valueAndName(challenge, OUR_NAME))
                .encode()));
  }

  @Override
  public CompletableFuture<EapStep> process(EapPacket packet) {
    Optional<MsChapV2Data> decoded = MsChapV2Data.decode(packet.data());
    int operation = decoded.map(MsChapV2Data::operation).orElse(0);
    if (operation == MsChapV2Data.SUCCESS && succeeded) {
      return CompletableFuture.completedFuture(finished());
    }
    Optional<byte[]> value = decoded.flatMap(data -> data.value(MsChapV2Data.RESPONSE_OCTETS));
    if (operation == MsChapV2Data.FAILURE && tries > 0 && !succeeded) {
      return failed(lastProblem, true);
    }
    if (operation != MsChapV2Data.RESPONSE || succeeded || value.isEmpty()) {
      return failed("the peer sent an EAP-MSCHAPv2 packet that does not belong here", false);
    }
    Optional<EapName> name =
        EapName.of(decoded.get().name(MsChapV2Data.RESPONSE_OCTETS)).map(EapName::withoutDomain);
    boolean same = name.filter(user.user().withoutDomain()::equals).isPresent();
    return user.find().thenApply(found -> compare(value.get(), same, found));
  }

  private synchronized EapStep compare(
      byte[] value, boolean sameName, Result<UserPassword.Found> found) {
    if (!found.done()) {
      return new EapStep.Failed(found.outcome().reason(), false);
    }
    tries++;
    byte[] theirs = Arrays.copyOf(value, MsChapV2Data.CHALLENGE_OCTETS);
    byte[] given =
        Arrays.copyOfRange(
            value,
            MsChapV2Data.NT_RESPONSE_AT,
            MsChapV2Data.NT_RESPONSE_AT + MsChapV2Data.NT_RESPONSE_OCTETS);
    byte[] name = user.user().withoutDomain().octets();
    try (SecretBytes password = found.value().get().password();
        SecretBytes hash = MsChapV2.passwordHash(password)) {
      byte[] expected = MsChapV2.ntResponse(hash, challenge, theirs, name);
      boolean right = MessageDigest.isEqual(expected, given);
      if (right && sameName && found.value().get().problem().isEmpty()) {
        return proved(hash, given, theirs, name);
      }
    }
    lastProblem =
        sameName
            ? user.wrong(found.value().get())
            : "authentication failed: the peer calls itself another EAP user than '"
                + user.user()
                + "' before";
    return tries < MOST_TRIES ? retry() : new EapStep.Failed(lastProblem, true);
  }

  private EapStep proved(SecretBytes hash, byte[] response, byte[] theirs, byte[] name) {
    byte[] proof = MsChapV2.authenticatorResponse(hash, response, challenge, theirs, name);
    key = MsChapV2.masterSessionKey(hash, response);
    succeeded = true;
    if (closed) {
      key.close();
    }
    String text = "S=" + HEX.formatHex(proof) + " M=welcome";
    return new EapStep.Send(packet(MsChapV2Data.SUCCESS, text).encode());
  }

  /** RFC 2759 section 6: E is the error, R whether it may try again, C what to try again with. */
  private EapStep retry() {
    challenge = newChallenge();
    String text = "E=691 R=1 C=" + HEX.formatHex(challenge) + " V=3 M=wrong user or password";
    EapStep step = new EapStep.Retry(packet(MsChapV2Data.FAILURE, text).encode(), lastProblem);
    identifier = identifier + 1 & 0xff;
    return step;
  }

  private MsChapV2Data packet(int operation, String text) {
    return new MsChapV2Data(operation, identifier, text.getBytes(StandardCharsets.US_ASCII));
  }

  private synchronized EapStep finished() {
    SecretBytes made = key;
    key = null;
    succeeded = false;
    return new EapStep.Done(Optional.empty(), Optional.of(made));
  }

  private static CompletableFuture<EapStep> failed(String reason, boolean guess) {
    return CompletableFuture.completedFuture(new EapStep.Failed(reason, guess));
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (key != null) {
      key.close();
    }
  }
}
