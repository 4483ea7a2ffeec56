package io.keyway.emulator.infrap4d.server;

import com.google.rpc.Code;
import io.keyway.protocol.p4runtime.Error;

/**
 * Why one update of a Write failed.
 *
 * @param code canonical code
 * @param detail the server's private number, 0 where it has none
 */
record UpdateError(Code code, int detail, String message) {
  /** Private numbers of the real server. */
  static final int TABLE_FULL = 500;

  static final int INVALID_PARAM = 503;
  static final int ENTRY_NOT_FOUND = 504;
  static final int ENTRY_EXISTS = 505;
  static final int OPERATION_FAILED = 515;

  static final UpdateError OK = new UpdateError(Code.OK, 0, "");

  static UpdateError invalid(String message) {
    return new UpdateError(Code.INVALID_ARGUMENT, INVALID_PARAM, message);
  }

  boolean isOk() {
    return code == Code.OK;
  }

  Error toProto() {
    return Error.newBuilder()
        .setCanonicalCode(code.getNumber())
        .setCode(isOk() ? 0 : detail)
        .setMessage(message)
        .build();
  }
}
