package io.keyway.ike.engine.log;

import io.keyway.ike.message.IdPayload;
import io.keyway.ike.message.IdType;
import java.nio.charset.StandardCharsets;
import javax.security.auth.x500.X500Principal;

/** Identities in words; they are names, and no secrets. */
final class Identity {
  private Identity() {}

  static String text(IdPayload id) {
    String value =
        switch (id.idType()) {
          case IdType.ID_FQDN, IdType.ID_RFC822_ADDR ->
              new String(id.data().toArray(), StandardCharsets.UTF_8);
          case IdType.ID_IPV4_ADDR, IdType.ID_IPV6_ADDR -> Addresses.text(id.data());
          case IdType.ID_DER_ASN1_DN -> name(id);
          default -> MessagePrinter.shown(id.data());
        };
    return IdType.name(id.idType()) + " " + value;
  }

  private static String name(IdPayload id) {
    try {
      return new X500Principal(id.data().toArray()).getName();
    } catch (IllegalArgumentException e) {
      return "(no distinguished name) " + MessagePrinter.shown(id.data());
    }
  }
}
