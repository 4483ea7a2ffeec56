package io.keyway.ike.crypto;

import io.keyway.api.crypto.EncryptionAlgorithm;
import io.keyway.api.crypto.IntegrityAlgorithm;
import io.keyway.api.crypto.KeyExchangeMethod;
import io.keyway.api.crypto.PrfAlgorithm;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.KeyAgreementResult.Agreed;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Prints what the primitives of an IKE set-up cost on this machine: microseconds of CPU of one
 * thread, which others on the machine disturb less than they do a clock.
 *
 * <p>The sets of providers take turns within one run, window by window, so that a machine whose
 * speed drifts does so for all of them; each figure is the median of the windows with the fastest
 * and the slowest beside it, and its ratio to the JDK alone. Not a test: run its {@code main}, with
 * the number of windows as argument (default 7).
 */
public final class PrimitiveSpeed {
  private static final long WINDOW_NANOS = 30_000_000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final byte[] PREFIX = new byte[32];
  private static final byte[] NONCE = new byte[32];

  private final Map<String, IkeCrypto> installations = new LinkedHashMap<>();
  private final PrintStream out;
  private final int windows;
  private Object sink = "";

  private PrimitiveSpeed(PrintStream out, int windows) {
    this.out = out;
    this.windows = windows;
    installations.put("JDK alone", TestCrypto.only(ProviderFamily.JDK));
    installations.put(
        "JDK + Bouncy Castle", TestCrypto.only(ProviderFamily.JDK, ProviderFamily.BOUNCY_CASTLE));
    IkeCrypto full = IkeCrypto.create(new SecureRandom());
    boolean isNative =
        full.choices().stream()
            .anyMatch(c -> !c.provider().startsWith("Sun") && !c.provider().startsWith("BC"));
    if (isNative) {
      installations.put("with native providers", full);
    } else {
      out.println("not measured: native providers (no Corretto or Conscrypt on the class path)");
    }
  }

  /** Runs all measurements. */
  public static void main(String[] arguments) {
    int windows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7;
    new PrimitiveSpeed(System.out, windows).run();
  }

  private void run() {
    out.printf(
        Locale.ROOT, "%-44s %-22s %26s %8s%n", "operation", "providers", "us of CPU", "ratio");
    for (KeyExchangeMethod method : KeyExchangeMethod.values()) {
      measure(
          "key pair and shared secret, " + method.keyword(),
          crypto -> {
            byte[] peer;
            try (var other = crypto.keyExchange(method).initiate()) {
              peer = other.publicValue();
            }
            return () -> {
              try (SecretBytes s =
                  ((Agreed) crypto.keyExchange(method).respond(peer)).sharedSecret()) {
                return s.length();
              }
            };
          });
    }
    for (PrfAlgorithm prf : PrfAlgorithm.values()) {
      measure(
          "keys of IKE SA and first child, " + prf.keyword(),
          crypto -> () -> schedule(crypto, prf));
      measure("AUTH by PSK over 500 octets, " + prf.keyword(), crypto -> () -> auth(crypto, prf));
    }
    protection(EncryptionAlgorithm.AES_GCM_16_256, IntegrityAlgorithm.NONE);
    protection(EncryptionAlgorithm.AES_CBC_256, IntegrityAlgorithm.HMAC_SHA2_256_128);
    for (KeyExchangeMethod method : List.of(KeyExchangeMethod.X25519, KeyExchangeMethod.ECP_384)) {
      measure(
          "whole set-up of one side by PSK, " + method.keyword(), crypto -> setUp(crypto, method));
    }
    out.println("(" + sink.toString().length() + ")");
  }

  private static int schedule(IkeCrypto crypto, PrfAlgorithm prf) {
    try (SecretBytes secret = SecretBytes.wrap(new byte[48]);
        IkeSaKeys keys =
            KeySchedule.ikeSa(
                crypto.prf(prf),
                EncryptionAlgorithm.AES_GCM_16_256,
                IntegrityAlgorithm.NONE,
                secret,
                NONCE,
                NONCE,
                1,
                2);
        ChildSaKeys child =
            KeySchedule.childSa(
                crypto.prf(prf),
                keys.skD(),
                Optional.empty(),
                NONCE,
                NONCE,
                EncryptionAlgorithm.AES_GCM_16_256,
                IntegrityAlgorithm.NONE)) {
      return child.initiatorEncryption().length();
    }
  }

  private static int auth(IkeCrypto crypto, PrfAlgorithm prf) {
    try (SecretBytes psk = SecretBytes.wrap(new byte[32]);
        SecretBytes skP = SecretBytes.wrap(new byte[prf.octets()])) {
      return PskAuth.compute(crypto.prf(prf), psk, skP, new byte[500], NONCE, new byte[20]).length;
    }
  }

  private void protection(EncryptionAlgorithm encryption, IntegrityAlgorithm integrity) {
    for (int octets : new int[] {80, 300, 1200}) {
      measure(
          "seal and open "
              + octets
              + " octets, "
              + encryption.keyword()
              + " "
              + integrity.keyword(),
          crypto -> {
            SkProtection protection;
            try (SecretBytes e = SecretBytes.wrap(new byte[encryption.keyMaterialOctets()]);
                SecretBytes i = SecretBytes.wrap(new byte[integrity.keyOctets()])) {
              protection = crypto.skProtection(encryption, integrity, e, i);
            }
            byte[] plain = new byte[octets];
            return () -> sealAndOpen(protection, plain);
          });
    }
  }

  private static int sealAndOpen(SkProtection protection, byte[] plain) {
    byte[] body = protection.seal(PREFIX, plain);
    byte[] message = Arrays.copyOf(PREFIX, PREFIX.length + body.length);
    System.arraycopy(body, 0, message, PREFIX.length, body.length);
    SkOpenResult result = protection.open(message, PREFIX.length);
    return ((SkOpenResult.Opened) result).plaintext().length;
  }

  /** The cryptography that one side does for IKE_SA_INIT and IKE_AUTH with one child. */
  private static Operation setUp(IkeCrypto crypto, KeyExchangeMethod method) {
    PrfAlgorithm prf = PrfAlgorithm.PRF_HMAC_SHA2_384;
    byte[] peer;
    try (var other = crypto.keyExchange(method).initiate()) {
      peer = other.publicValue();
    }
    AtomicLong runs = new AtomicLong();
    return () -> {
      int sum = 0;
      // Every set-up has a key of its own, as providers refuse a repeated IV.
      byte[] key = ByteBuffer.allocate(36).putLong(runs.incrementAndGet()).array();
      try (SecretBytes s = ((Agreed) crypto.keyExchange(method).respond(peer)).sharedSecret()) {
        sum += s.length();
      }
      sum += schedule(crypto, prf);
      sum += auth(crypto, prf) + auth(crypto, prf);
      try (SecretBytes e = SecretBytes.wrap(key);
          SkProtection protection =
              crypto.skProtection(
                  EncryptionAlgorithm.AES_GCM_16_256,
                  IntegrityAlgorithm.NONE,
                  e,
                  SecretBytes.empty())) {
        sum += sealAndOpen(protection, new byte[300]);
      }
      return sum;
    };
  }

  private interface Operation {
    int run();
  }

  private interface Setting {
    Operation prepare(IkeCrypto crypto);
  }

  private void measure(String name, Setting setting) {
    Map<String, Operation> operations = new LinkedHashMap<>();
    installations.forEach((label, crypto) -> operations.put(label, setting.prepare(crypto)));
    Map<String, List<Double>> figures = new LinkedHashMap<>();
    operations.values().forEach(this::window);
    for (int i = 0; i < windows; i++) {
      operations.forEach(
          (label, operation) ->
              figures.computeIfAbsent(label, l -> new ArrayList<>()).add(window(operation)));
    }
    double reference = median(figures.values().iterator().next());
    figures.forEach(
        (label, values) -> {
          double median = median(values);
          String figure =
              String.format(
                  Locale.ROOT,
                  "%.2f (%.2f-%.2f)",
                  median,
                  values.get(0),
                  values.get(values.size() - 1));
          out.printf(
              Locale.ROOT, "%-44s %-22s %26s %8.2f%n", name, label, figure, median / reference);
        });
  }

  /** Sorts, too. */
  private static double median(List<Double> values) {
    values.sort(null);
    return values.get(values.size() / 2);
  }

  /** Microseconds of this thread's CPU per call in one window. */
  private double window(Operation operation) {
    long cpu = THREADS.getCurrentThreadCpuTime();
    long start = System.nanoTime();
    long calls = 0;
    long elapsed;
    int last = 0;
    do {
      last += operation.run();
      calls++;
      elapsed = System.nanoTime() - start;
    } while (elapsed < WINDOW_NANOS);
    sink = last;
    return (THREADS.getCurrentThreadCpuTime() - cpu) / 1e3 / calls;
  }
}
