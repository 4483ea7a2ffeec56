package io.keyway.it.fuzz;

/**
 * What strangers and the servers that their certificates name may send about certificates: chains,
 * CRLs, OCSP answers, as they are or signed by an authority that we trust, so that the fuzzer gets
 * past the signatures; and the files of an operator.
 */
public final class X509Target {
  private static final int LONGEST = 32_768;
  private static final int MOST_PIECES = 24;

  private X509Target() {}

  /** Providers take seconds to load under a fuzzer; that is no slow input. */
  public static void fuzzerInitialize() {
    Wire.require(TestAuthority.CERTIFICATE != null, "no authority");
  }

  public static void fuzzerTestOneInput(byte[] data) {
    if (data.length == 0 || data.length > LONGEST) {
      return;
    }
    Input input = new Input(data);
    CertificatePieces pieces = new CertificatePieces();
    for (int i = 0; input.more() && i < MOST_PIECES; i++) {
      pieces.add(input.octet(), input.chunk());
    }
    pieces.judge();
  }
}
