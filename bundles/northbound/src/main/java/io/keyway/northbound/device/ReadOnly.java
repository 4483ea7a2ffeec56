package io.keyway.northbound.device;

import org.opendaylight.restconf.common.errors.RestconfDocumentedException;
import org.opendaylight.yangtools.yang.common.ErrorTag;
import org.opendaylight.yangtools.yang.common.ErrorType;

/** The answer to whoever wants to write to a device. */
final class ReadOnly {

  private ReadOnly() {}

  /**
   * RESTCONF's own exception, which is the only one that RESTCONF of this train does not turn into
   * a nameless "500 operation-failed".
   */
  @SuppressWarnings("deprecation")
  static RuntimeException of(String plane) {
    return new RestconfDocumentedException(
        "manual SAs are not enabled on data plane '"
            + plane
            + "': its SAs come from IKE only and can be read here; configure a tunnel instead",
        ErrorType.APPLICATION,
        ErrorTag.ACCESS_DENIED);
  }
}
