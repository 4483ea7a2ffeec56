package io.keyway.ike.engine.sa;

import io.keyway.api.ike.Identity;
import io.keyway.api.key.SecretBytes;
import io.keyway.ike.crypto.PskAuth;
import io.keyway.ike.engine.eap.EapConversation;
import io.keyway.ike.engine.eap.EapName;
import io.keyway.ike.message.AuthMethod;
import io.keyway.ike.message.AuthPayload;
import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.Octets;
import java.util.Optional;

/**
 * AUTH behind EAP (RFC 7296 section 2.16): as with a pre-shared key, which here is the key that the
 * method made or, where it makes none, SK_pi and SK_pr.
 */
final class EapAuth {
  private EapAuth() {}

  /** What the initiator proves that both saw the same conversation with. */
  static AuthPayload ofInitiator(IkeSa sa, EapConversation eap, IdPayload idI) {
    SecretBytes key = eap.key().orElse(sa.crypto().keys().skPi());
    return payload(
        PskAuth.compute(sa.crypto().prf(), key, sa.handshake().ofInitiator(sa.crypto(), idI)));
  }

  /** The same of the responder. */
  static AuthPayload ofResponder(IkeSa sa, EapConversation eap, IdPayload idR) {
    SecretBytes key = eap.key().orElse(sa.crypto().keys().skPr());
    return payload(
        PskAuth.compute(sa.crypto().prf(), key, sa.handshake().ofResponder(sa.crypto(), idR)));
  }

  private static AuthPayload payload(byte[] data) {
    return new AuthPayload(AuthMethod.SHARED_KEY, Octets.copyOf(data));
  }

  static boolean matches(AuthPayload expected, AuthPayload given) {
    return given.method() == AuthMethod.SHARED_KEY
        && PskAuth.matches(expected.data().toArray(), given.data().toArray());
  }

  /** An IKE identity as the name of a user; empty when it cannot be one. */
  static Optional<EapName> name(Identity identity) {
    return switch (identity.type()) {
      case FQDN, RFC822_ADDR, KEY_ID -> EapName.of(Octets.copyOf(identity.octets()));
      case IPV4_ADDR, IPV6_ADDR, DER_ASN1_DN -> Optional.of(new EapName(identity.toString()));
    };
  }

  /** A user as an identity. */
  static Identity identity(EapName name) {
    Identity.Type type = name.text().contains("@") ? Identity.Type.RFC822_ADDR : Identity.Type.FQDN;
    return new Identity(type, name.octets());
  }
}
