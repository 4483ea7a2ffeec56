package io.keyway.ike.message;

/**
 * One transform substructure (RFC 7296 section 3.3.2).
 *
 * @param keyLength the Key Length attribute in bits, 0 when absent
 * @param unknownAttributes whether an attribute was present that is not known here; such a
 *     transform must not be accepted (RFC 7296 section 3.3.6)
 */
public record Transform(int type, int id, int keyLength, boolean unknownAttributes) {
  public static Transform of(int type, int id) {
    return new Transform(type, id, 0, false);
  }

  public static Transform encryption(int id, int keyLength) {
    return new Transform(TransformType.ENCR, id, keyLength, false);
  }

  @Override
  public String toString() {
    String name =
        switch (type) {
          case TransformType.ENCR -> EncryptionId.name(id);
          case TransformType.PRF -> PrfId.name(id);
          case TransformType.INTEG -> "INTEG " + IntegrityId.name(id);
          case TransformType.KE -> GroupId.name(id);
          case TransformType.ESN -> EsnId.name(id);
          default -> TransformType.name(type) + " " + id;
        };
    return (keyLength == 0 ? name : name + "-" + keyLength) + (unknownAttributes ? "(?)" : "");
  }
}
