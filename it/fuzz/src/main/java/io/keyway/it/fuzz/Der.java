package io.keyway.it.fuzz;

import java.io.ByteArrayOutputStream;

/** Writes the few values of ASN.1 that the targets put around what the fuzzer made. */
final class Der {
  private Der() {}

  /** One value in DER around others. */
  static byte[] value(int tag, byte[]... contents) {
    int length = 0;
    for (byte[] content : contents) {
      length += content.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else {
      out.write(0x82);
      out.write(length >> 8);
      out.write(length);
    }
    for (byte[] content : contents) {
      out.writeBytes(content);
    }
    return out.toByteArray();
  }
}
