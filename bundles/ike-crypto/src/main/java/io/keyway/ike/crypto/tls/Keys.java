package io.keyway.ike.crypto.tls;

import io.keyway.api.key.SecretBytes;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.bouncycastle.tls.SecurityParameters;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsUtils;

/** The MSK of EAP-TLS: 64 octets that both ends of a handshake have, and nobody else. */
final class Keys {
  private static final int MSK = 64;
  private static final int MATERIAL = 128;

  /** The type code of EAP-TLS is the context (RFC 9190 section 2.3). */
  private static final byte[] TYPE = {13};

  private Keys() {}

  static SecretBytes msk(TlsContext context) {
    byte[] material = TlsUtils.isTLSv13(context) ? modern(context) : old(context);
    try {
      return SecretBytes.copyOf(material, 0, MSK);
    } finally {
      Arrays.fill(material, (byte) 0);
    }
  }

  private static byte[] modern(TlsContext context) {
    return context.exportKeyingMaterial("EXPORTER_EAP_TLS_Key_Material", TYPE, MATERIAL);
  }

  /** RFC 5216 section 2.3; not by the exporter, which insists on the extended master secret. */
  private static byte[] old(TlsContext context) {
    SecurityParameters parameters = context.getSecurityParametersConnection();
    byte[] client = parameters.getClientRandom();
    byte[] server = parameters.getServerRandom();
    byte[] seed =
        ByteBuffer.allocate(client.length + server.length).put(client).put(server).array();
    return TlsUtils.PRF(
            parameters, parameters.getMasterSecret(), "client EAP encryption", seed, MATERIAL)
        .extract();
  }
}
