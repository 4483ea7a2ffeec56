package io.keyway.ike.message;

/**
 * What encrypts and decrypts the body of an SK payload in place. Implemented beside the keys; this
 * package only lays out the octets:
 *
 * <pre>
 * message: header, clear payloads, SK generic header | IV | plaintext, padding, pad length | ICV
 *          `------------- aadLength --------------'
 * </pre>
 */
public interface MessageProtection {
  /** Octets of the explicit IV. */
  int ivLength();

  /** The plaintext with its padding must be a multiple of this. */
  int blockLength();

  /** Octets of the integrity check value. */
  int icvLength();

  /**
   * Writes the IV, encrypts the plaintext where it stands and writes the ICV at the end.
   *
   * @param message whole message, final but for these three
   * @param aadLength offset of the IV
   */
  void seal(byte[] message, int aadLength);

  /**
   * Checks the ICV and decrypts in place.
   *
   * @param message whole message
   * @param aadLength offset of the IV
   * @return false if it is not authentic; the message's content is then undefined
   */
  boolean open(byte[] message, int aadLength);
}
