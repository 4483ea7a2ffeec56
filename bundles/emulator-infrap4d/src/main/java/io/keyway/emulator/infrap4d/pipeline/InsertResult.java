package io.keyway.emulator.infrap4d.pipeline;

/** Why the device took an SA or did not. The real server tells the client none of it. */
public enum InsertResult {
  DONE,
  DUPLICATE,
  FULL,
  /** No pipeline, or no fixed function for cryptography: the table does not exist. */
  NO_TABLE,
  BAD_INDEX,
  BAD_SPI,
  BAD_WINDOW,
  BAD_ALGORITHM,
  BAD_KEY_LENGTH
}
