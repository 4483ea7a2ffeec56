package io.keyway.northbound.device;

import io.keyway.api.Outcome;
import org.opendaylight.restconf.common.errors.RestconfDocumentedException;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.ErrorType;

/**
 * Answers to writes on a mount point, in RESTCONF's own exception, which is the only one that
 * RESTCONF of this train does not turn into a nameless "500 operation-failed".
 */
final class Refused {

  private Refused() {}

  /** Every message begins alike, so that it can be told from those of RESTCONF itself. */
  @SuppressWarnings("deprecation")
  static RuntimeException of(ErrorTag tag, String plane, String why) {
    return new RestconfDocumentedException(
        "data plane '" + plane + "': " + why, ErrorType.APPLICATION, tag);
  }

  static RuntimeException of(Outcome outcome, String plane) {
    ErrorTag tag =
        switch (outcome.kind()) {
          case CONFLICT -> ErrorTag.IN_USE;
          case ABSENT -> ErrorTag.DATA_MISSING;
          case FULL, UNAVAILABLE -> ErrorTag.RESOURCE_DENIED;
          case REFUSED -> ErrorTag.INVALID_VALUE;
          default -> ErrorTag.OPERATION_FAILED;
        };
    return of(tag, plane, outcome.reason());
  }
}
