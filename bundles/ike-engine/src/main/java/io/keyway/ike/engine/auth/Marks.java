package io.keyway.ike.engine.auth;

import io.keyway.api.Result;
import io.keyway.api.ike.Authentication;
import io.keyway.api.ike.AuthenticationRound;
import io.keyway.api.ike.CertificateSettings;
import io.keyway.api.ike.Identity;
import io.keyway.api.key.SecretBytes;
import io.keyway.api.store.SecretName;
import io.keyway.api.store.SecretStore.Kind;
import io.keyway.ike.crypto.cert.Certificates;
import io.keyway.ike.crypto.cert.Chains;
import io.keyway.ike.crypto.cert.Revocation;
import io.keyway.ike.engine.resume.Standing;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.security.auth.x500.X500Principal;

/**
 * What credentials leave behind in a ticket, and whether they still stand when it comes back. For
 * each round of the peer, with its length in one octet: nothing for EAP; for a pre-shared key 1 and
 * 16 octets of an HMAC under it; for a certificate 2, SHA-1 of the authority's key (20), 16 octets
 * of SHA-256 of the issuer's name, its end (8, seconds of the epoch) and its serial number.
 *
 * <p>Nobody on the network is asked: what is known here by now counts, and a ticket's end is near.
 */
final class Marks {
  /** Of credentials that a mark has no room for. */
  static final byte[] UNTOLD = {0};

  private static final byte SHARED_KEY = 1;
  private static final byte CERTIFICATE = 2;
  private static final int OCTETS = 16;
  private static final int KEY_HASH = 20;
  private static final int LONGEST_SERIAL = 64;
  private static final byte[] PURPOSE = "Keyway ticket 1".getBytes(StandardCharsets.US_ASCII);

  private final CredentialStore store;
  private final Revocation revocation;
  private final Clock clock;

  Marks(CredentialStore store, Revocation revocation, Clock clock) {
    this.store = store;
    this.revocation = revocation;
    this.clock = clock;
  }

  // --- making -------------------------------------------------------------------------------

  /** Those of all rounds together. */
  static Standing standing(List<byte[]> marks) {
    int length = marks.stream().mapToInt(mark -> 1 + mark.length).sum();
    if (length > 255 || marks.stream().anyMatch(mark -> mark == UNTOLD)) {
      return Standing.UNTOLD;
    }
    if (marks.stream().allMatch(mark -> mark.length == 0)) {
      return Standing.NONE;
    }
    ByteBuffer all = ByteBuffer.allocate(length);
    marks.forEach(mark -> all.put((byte) mark.length).put(mark));
    return Standing.of(all.array());
  }

  static byte[] of(SecretBytes key) {
    byte[] tag =
        key.read(
            octets -> {
              try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(octets, "HmacSHA256"));
                return mac.doFinal(PURPOSE);
              } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java platform has HmacSHA256", e);
              }
            });
    return ByteBuffer.allocate(1 + OCTETS).put(SHARED_KEY).put(tag, 0, OCTETS).array();
  }

  static byte[] of(Chains.Result.Trusted chain) {
    X509Certificate leaf = chain.path().isEmpty() ? chain.anchor() : chain.path().get(0);
    byte[] serial = leaf.getSerialNumber().toByteArray();
    if (serial.length > LONGEST_SERIAL) {
      return UNTOLD;
    }
    return ByteBuffer.allocate(1 + KEY_HASH + OCTETS + 8 + serial.length)
        .put(CERTIFICATE)
        .put(Certificates.keyHash(chain.anchor()))
        .put(hash(leaf.getIssuerX500Principal()))
        .putLong(leaf.getNotAfter().toInstant().getEpochSecond())
        .put(serial)
        .array();
  }

  private static byte[] hash(X500Principal name) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getEncoded());
      return Arrays.copyOf(hash, OCTETS);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  // --- looking again ------------------------------------------------------------------------

  /** Whether all of them still stand; completes on any thread. */
  CompletableFuture<Boolean> stand(Authentication how, Identity peer, Standing standing) {
    CompletableFuture<Boolean> all = CompletableFuture.completedFuture(true);
    Optional<List<byte[]>> marks = read(standing);
    if (marks.isEmpty() || marks.get().size() > how.remoteRounds().size()) {
      return CompletableFuture.completedFuture(false);
    }
    for (int i = 0; i < marks.get().size(); i++) {
      byte[] mark = marks.get().get(i);
      AuthenticationRound round = how.remoteRounds().get(i);
      all = all.thenCombine(stands(round, peer, mark), Boolean::logicalAnd);
    }
    return all;
  }

  private static Optional<List<byte[]>> read(Standing standing) {
    ByteBuffer in = ByteBuffer.wrap(standing.octets());
    List<byte[]> marks = new ArrayList<>();
    try {
      while (in.hasRemaining()) {
        byte[] mark = new byte[in.get() & 0xff];
        in.get(mark);
        marks.add(mark);
      }
      return Optional.of(marks);
    } catch (BufferUnderflowException e) {
      return Optional.empty();
    }
  }

  private CompletableFuture<Boolean> stands(AuthenticationRound round, Identity peer, byte[] mark) {
    if (mark.length == 0) {
      return CompletableFuture.completedFuture(true);
    }
    if (mark[0] == SHARED_KEY) {
      return SecretName.of(round.secret(), peer.toString())
          .map(name -> store.sharedKey(name, Kind.PRE_SHARED_KEY).thenApply(key -> same(key, mark)))
          .orElse(CompletableFuture.completedFuture(false));
    }
    if (mark[0] != CERTIFICATE) {
      return CompletableFuture.completedFuture(false);
    }
    CertificateSettings settings = round.certificates();
    return store
        .trust(settings.authorities())
        .thenApply(trust -> trust.done() && isGood(trust.value().get(), mark));
  }

  private static boolean same(Result<SecretBytes> key, byte[] mark) {
    if (!key.done()) {
      return false;
    }
    try (SecretBytes now = key.value().get()) {
      return MessageDigest.isEqual(of(now), mark);
    }
  }

  private boolean isGood(Trust trust, byte[] mark) {
    ByteBuffer in = ByteBuffer.wrap(mark, 1, mark.length - 1);
    if (in.remaining() <= KEY_HASH + OCTETS + 8) {
      return false;
    }
    byte[] authority = take(in, KEY_HASH);
    byte[] issuer = take(in, OCTETS);
    Instant end = Instant.ofEpochSecond(in.getLong());
    BigInteger serial = new BigInteger(take(in, in.remaining()));
    boolean trusted =
        trust.anchors().stream().anyMatch(a -> Arrays.equals(Certificates.keyHash(a), authority));
    Function<X509CRL, Boolean> revokes =
        crl ->
            Arrays.equals(hash(crl.getIssuerX500Principal()), issuer)
                && crl.getRevokedCertificate(serial) != null;
    return trusted
        && end.isAfter(clock.instant())
        && trust.lists().stream().noneMatch(revokes::apply)
        && revocation.fetchedLists().stream().noneMatch(revokes::apply);
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] octets = new byte[length];
    in.get(octets);
    return octets;
  }
}
