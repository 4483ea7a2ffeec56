package io.keyway.ike.crypto.cert;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** The textual encoding of RFC 7468; what stands around the blocks is ignored. */
final class Pem {
  private static final int LONGEST_LABEL = 64;

  /** RFC 7468 section 3; labels appear in reasons, so nothing that upsets a log. */
  private static final Pattern LABEL = Pattern.compile("[\\x20-\\x7e]*");

  private Pem() {}

  /** One block; the octets may be secret. */
  record Block(String label, byte[] octets) {
    /** Never the octets. */
    @Override
    public String toString() {
      return "Block[" + label + "]";
    }
  }

  static List<Block> blocks(String text) throws UnusableException {
    List<Block> blocks = new ArrayList<>();
    int at = 0;
    while ((at = text.indexOf("-----BEGIN ", at)) >= 0) {
      int labelEnd = text.indexOf("-----", at + 11);
      if (labelEnd < 0) {
        throw new UnusableException("a BEGIN line of PEM does not end");
      }
      String label = text.substring(at + 11, labelEnd);
      if (label.length() > LONGEST_LABEL || !LABEL.matcher(label).matches()) {
        throw new UnusableException("a BEGIN line of PEM has no label of letters");
      }
      int end = text.indexOf("-----END " + label + "-----", labelEnd + 5);
      if (end < 0) {
        throw new UnusableException("a PEM block '" + label + "' has no END line");
      }
      String body = text.substring(labelEnd + 5, end);
      if (body.contains(":")) {
        throw new UnusableException(
            "the PEM block '"
                + label
                + "' is encrypted; keys are kept without a passphrase and protected by the mode of"
                + " their file (openssl pkcs8 -topk8 -nocrypt)");
      }
      try {
        blocks.add(new Block(label, Base64.getMimeDecoder().decode(body)));
      } catch (IllegalArgumentException e) {
        throw new UnusableException("the PEM block '" + label + "' is no base64");
      }
      at = end;
    }
    return blocks;
  }
}
