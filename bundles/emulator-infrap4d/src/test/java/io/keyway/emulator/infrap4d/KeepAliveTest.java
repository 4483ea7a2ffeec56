package io.keyway.emulator.infrap4d;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Contract section 4, keep-alive: spoken in bare HTTP/2, since gRPC-Java refuses to be so rude. */
class KeepAliveTest {
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int ENHANCE_YOUR_CALM = 11;

  @Test
  void pingsFasterThanEveryTenSecondsEndTheConnection() throws Exception {
    try (Bed bed = new Bed()) {
      InetSocketAddress address = bed.device().addresses().get(0);
      try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
        socket.setSoTimeout(20_000);
        OutputStream out = socket.getOutputStream();
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(out, SETTINGS, new byte[0]);
        for (int i = 0; i < 5; i++) {
          frame(out, PING, new byte[8]);
        }
        out.flush();
        assertThat(goAway(new DataInputStream(socket.getInputStream())))
            .contains(ENHANCE_YOUR_CALM + " too_many_pings");
      }
    }
  }

  private static void frame(OutputStream out, int type, byte[] payload) throws IOException {
    out.write(new byte[] {0, 0, (byte) payload.length, (byte) type, 0, 0, 0, 0, 0});
    out.write(payload);
  }

  /** Error code and debug data of the frame that says good-bye. */
  private static Optional<String> goAway(DataInputStream in) throws IOException {
    while (true) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      in.skipNBytes(5);
      byte[] payload = in.readNBytes(length);
      if (type == GOAWAY) {
        int code = payload[7];
        return Optional.of(
            code + " " + new String(payload, 8, length - 8, StandardCharsets.US_ASCII));
      }
    }
  }
}
