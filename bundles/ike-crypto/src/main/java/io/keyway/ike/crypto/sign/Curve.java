package io.keyway.ike.crypto.sign;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.Arrays;
import java.util.Optional;

/** The curves of ECDSA in IKEv2, with the authentication method of RFC 4754 that goes with each. */
public enum Curve {
  P256("secp256r1", 9, 32, SignatureScheme.ECDSA_SHA256),
  P384("secp384r1", 10, 48, SignatureScheme.ECDSA_SHA384),
  P521("secp521r1", 11, 66, SignatureScheme.ECDSA_SHA512);

  private final int method;
  private final int octets;
  private final SignatureScheme scheme;
  private final ECParameterSpec parameters;

  Curve(String name, int method, int octets, SignatureScheme scheme) {
    this.method = method;
    this.octets = octets;
    this.scheme = scheme;
    try {
      AlgorithmParameters known = AlgorithmParameters.getInstance("EC");
      known.init(new ECGenParameterSpec(name));
      parameters = known.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK does not know " + name + "; use a complete one", e);
    }
  }

  /** By value: a key may bring its parameters along instead of naming them. */
  public static Optional<Curve> of(ECParameterSpec spec) {
    return Arrays.stream(values())
        .filter(
            c ->
                c.parameters.getCurve().equals(spec.getCurve())
                    && c.parameters.getGenerator().equals(spec.getGenerator())
                    && c.parameters.getOrder().equals(spec.getOrder())
                    && c.parameters.getCofactor() == spec.getCofactor())
        .findFirst();
  }

  /** By authentication method 9, 10 or 11. */
  public static Optional<Curve> ofMethod(int method) {
    return Arrays.stream(values()).filter(c -> c.method == method).findFirst();
  }

  /** Authentication method of RFC 4754. */
  public int method() {
    return method;
  }

  /** The scheme whose hash goes with the curve. */
  public SignatureScheme scheme() {
    return scheme;
  }

  /** Octets of each of r and s in the form of RFC 4754. */
  int octets() {
    return octets;
  }

  BigInteger order() {
    return parameters.getOrder();
  }
}
