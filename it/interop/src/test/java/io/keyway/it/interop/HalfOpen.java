package io.keyway.it.interop;

import io.keyway.it.kit.lab.Exec;
import java.util.List;
import java.util.Map;

/** Leaves a half-open IKE SA at a responder: an IKE_SA_INIT that nobody continues. */
final class HalfOpen {

  /**
   * Header, SA (AES-GCM-16-256, PRF-HMAC-SHA2-384, X25519: any 32 octets are a public value), KE
   * and nonce, as RFC 7296 section 3 lays them out; the answer proves that the responder took it.
   */
  private static final String SCRIPT =
      """
      import os, socket, struct, sys
      def transform(last, kind, number, attributes=b''):
          return struct.pack('>BBHBBH', 0 if last else 3, 0, 8 + len(attributes), kind, 0, number) + attributes
      transforms = (transform(False, 1, 20, struct.pack('>HH', 0x800e, 256))
                    + transform(False, 2, 6) + transform(True, 4, 31))
      proposal = struct.pack('>BBHBBBB', 0, 0, 8 + len(transforms), 1, 1, 0, 3) + transforms
      def payload(following, body):
          return struct.pack('>BBH', following, 0, 4 + len(body)) + body
      body = (payload(34, proposal) + payload(40, struct.pack('>HH', 31, 0) + os.urandom(32))
              + payload(0, os.urandom(32)))
      message = os.urandom(8) + bytes(8) + struct.pack('>BBBBII', 33, 0x20, 34, 0x08, 0, 28 + len(body)) + body
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      s.settimeout(5)
      s.sendto(message, (sys.argv[1], 500))
      answer = s.recv(4096)
      sys.exit(0 if answer[16] == 33 else 'no IKE_SA_INIT answer with an SA payload')
      """;

  private HalfOpen() {}

  static void leaveOne(Lab.Side from, String responder) {
    Exec.run(
            Exec.DEADLINE,
            Map.of(),
            from.ns().inside(List.of("/usr/bin/python3", "-c", SCRIPT, responder)))
        .orFail();
  }
}
