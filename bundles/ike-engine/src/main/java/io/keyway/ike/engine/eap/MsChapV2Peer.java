package io.keyway.ike.engine.eap;

import io.keyway.api.ike.EapSettings;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.eap.MsChapV2;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** EAP-MSCHAPv2 as peer: challenge, response, then the server's own proof. */
final class MsChapV2Peer implements EapMethod {
  private static final Pattern PROOF = Pattern.compile("^S=([0-9A-Fa-f]{40})(?![0-9A-Fa-f])");
  private static final Pattern ERROR = Pattern.compile("\\bE=([0-9]{1,10})\\b");

  /** Errors of RFC 2759 section 6. */
  private static final int WRONG = 691;

  private final OwnPassword own;
  private final EapName name;
  private final SecureRandom random;
  private byte[] expected;
  private SecretBytes key;
  private boolean closed;

  MsChapV2Peer(OwnPassword own, EapName name, SecureRandom random) {
    this.own = own;
    this.name = name;
    this.random = random;
  }

  @Override
  public EapSettings.Type type() {
    return EapSettings.Type.MSCHAPV2;
  }

  @Override
  public CompletableFuture<EapStep> start(int identifier) {
    throw new IllegalStateException("only a server starts");
  }

  @Override
  public CompletableFuture<EapStep> process(EapPacket packet) {
    Optional<MsChapV2Data> data = MsChapV2Data.decode(packet.data());
    if (data.isEmpty()) {
      return failed("the peer sent a malformed EAP-MSCHAPv2 packet");
    }
    return switch (data.get().operation()) {
      case MsChapV2Data.CHALLENGE -> challenged(data.get());
      case MsChapV2Data.SUCCESS -> CompletableFuture.completedFuture(succeeded(data.get()));
      case MsChapV2Data.FAILURE ->
          // There is only one password, so there is nothing to try again with.
          CompletableFuture.completedFuture(
              new EapStep.Retry(
                  MsChapV2Data.word(MsChapV2Data.FAILURE), refused(data.get().text())));
      default -> failed("the peer sent EAP-MSCHAPv2 operation " + data.get().operation());
    };
  }

  private CompletableFuture<EapStep> challenged(MsChapV2Data data) {
    Optional<byte[]> challenge = data.value(MsChapV2Data.CHALLENGE_OCTETS);
    if (challenge.isEmpty() || expected != null) {
      return failed("the peer sent an EAP-MSCHAPv2 challenge that does not belong here");
    }
    byte[] ours = new byte[MsChapV2Data.CHALLENGE_OCTETS];
    random.nextBytes(ours);
    return own.with(password -> respond(data, challenge.get(), ours, password));
  }

  private synchronized EapStep respond(
      MsChapV2Data request, byte[] theirs, byte[] ours, SecretBytes password) {
    // The name goes over the wire as it is, into the hashes without its domain (RFC 2759 4).
    byte[] user = name.withoutDomain().octets();
    byte[] value = new byte[MsChapV2Data.RESPONSE_OCTETS];
    try (SecretBytes hash = MsChapV2.passwordHash(password)) {
      byte[] response = MsChapV2.ntResponse(hash, theirs, ours, user);
      expected = MsChapV2.authenticatorResponse(hash, response, theirs, ours, user);
      key = MsChapV2.masterSessionKey(hash, response);
      System.arraycopy(ours, 0, value, 0, ours.length);
      System.arraycopy(response, 0, value, MsChapV2Data.NT_RESPONSE_AT, response.length);
    }
    if (closed) {
      key.close();
    }
    return new EapStep.Send(
        new MsChapV2Data(
                MsChapV2Data.RESPONSE,
                request.identifier(),
                MsChapV2Data.valueAndName(value, name.octets()))
            .encode());
  }

  private synchronized EapStep succeeded(MsChapV2Data data) {
    Matcher proof = PROOF.matcher(data.text());
    if (expected == null || !proof.find()) {
      return new EapStep.Failed("the peer's EAP-MSCHAPv2 success lacks its proof", false);
    }
    byte[] given = HexFormat.of().parseHex(proof.group(1).toLowerCase(Locale.ROOT));
    if (!MessageDigest.isEqual(expected, given)) {
      return new EapStep.Failed(
          "authentication failed: the peer does not know the password of '"
              + name
              + "': its EAP-MSCHAPv2 proof is wrong",
          false);
    }
    SecretBytes made = key;
    key = null;
    return new EapStep.Done(
        Optional.of(MsChapV2Data.word(MsChapV2Data.SUCCESS)), Optional.of(made));
  }

  private String refused(String text) {
    Matcher error = ERROR.matcher(text);
    int number = error.find() ? (int) Math.min(Long.parseLong(error.group(1)), 99_999) : 0;
    String words =
        switch (number) {
          case 646 -> "not at this hour";
          case 647 -> "the account is disabled";
          case 648 -> "the password has expired";
          case 649 -> "no permission to dial in";
          case WRONG -> "wrong user or password";
          case 709 -> "the password cannot be changed";
          default -> "no reason that we know";
        };
    return "authentication failed: the peer refused EAP user '"
        + name
        + "': "
        + words
        + " (EAP-MSCHAPv2 error "
        + number
        + "); check eap-identity and eap-secret here, and the users of the peer";
  }

  private static CompletableFuture<EapStep> failed(String reason) {
    return CompletableFuture.completedFuture(new EapStep.Failed(reason, false));
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (key != null) {
      key.close();
    }
  }
}
